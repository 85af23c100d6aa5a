// Invented people's names, as California says and writes them: by the tongue of a family, given names
// and family names, in the scripts that people use themselves. No list of real people was read.

const latin = (given, family) => ({ given: given.split(' '), family: family.split(' ') });

// weight: how often; needs: interpretation that some ask for; lang: the form they took;
// order: 'fg' for family name first, without a blank in Han
export const tongues = {
  mexican: { weight: 30, lang: 'es', needs: 'es', double: true, ...latin(
    'María José Guadalupe Juan Rosa Luis Carmen Miguel Ana Jesús Verónica Francisco Leticia Javier Alejandra Ramón Yolanda Ernesto Xóchitl Héctor Lupita Óscar Esperanza Raúl Araceli Íñigo',
    'Hernández García Martínez López González Pérez Rodríguez Sánchez Ramírez Cruz Flores Gómez Morales Vásquez Reyes Núñez Zúñiga Peña Ibáñez Ocaña') },
  central: { weight: 12, lang: 'es', needs: 'es', double: true, ...latin(
    'Marta Wilfredo Blanca Nelson Sandra Óscar Reina Walter Dinora Élmer Gladis Mauricio Karla Douglas Norma Selvin',
    'Mejía Portillo Argueta Chávez Orellana Melgar Alvarenga Guzmán Ventura Lemus Bonilla Ayala Cañas Quintanilla') },
  oaxacan: { weight: 6, lang: 'es', needs: 'mixteco', double: true, ...latin(
    'Ñuu Eulalia Fidencio Catalina Odilón Minerva Herminio Citlali Apolonio Hermelinda Zenaida Crescencio',
    'Santiago Bautista Mendoza Feria Ortiz Merino Velasco Chávez Cortés Antonio Sierra Zárate') },
  mayan: { weight: 2, lang: 'es', needs: 'mam', ...latin(
    'Petrona Domingo Magdalena Santos Angelina Gaspar Juana Pascual',
    'Mendoza Pablo Jerónimo Ramírez Calmo Matías Ordóñez Sales') },
  english: { weight: 11, lang: 'en', ...latin(
    'Denise Marcus Patricia Robert Tanisha James Ruth David Imani Kevin Grace Michael Shauna Daniel Nora Samuel',
    'Johnson Washington Smith Brooks Miller Robinson O’Connor Davis Turner Coleman Fitzgerald McBride St.John Okafor-Lee') },
  filipino: { weight: 7, lang: 'en', needs: 'tl', ...latin(
    'Maricel Rodel Jocelyn Arnel Luzviminda Reynaldo Analyn Bayani Perla Danilo Ligaya Edgardo',
    'Santos Reyes Cruz Bautista Ocampo dela_Cruz Villanueva Macaraeg Dimaculangan Magsaysay Panganiban') },
  chinese: { weight: 6, lang: 'en', needs: 'cmn', han: true,
    given: '美玲 建國 秀英 志明 淑芬 伟 丽华 小明 雅婷 家豪 桂芳 国强'.split(' '),
    family: '陳 李 黃 張 王 刘 林 吳 歐陽 赵 鄭 周'.split(' ') },
  cantonese: { weight: 3, lang: 'en', needs: 'yue', ...latin(
    'Mei-Ling Wai Siu-Fong Kwok-Keung Lai-Wah Chi-Ming Yuk-Lan Kam-Tong',
    'Chan Wong Lee Ng Cheung Leung Lau Au-Yeung') },
  vietnamese: { weight: 6, lang: 'en', needs: 'vi', order: 'fg',
    given: 'Thị_Hương Văn_Dũng Thị_Lan Minh_Tuấn Ngọc_Ánh Quốc_Bảo Thị_Phượng Đức_Thắng Mỹ_Linh Hữu_Nghĩa'.split(' '),
    family: 'Nguyễn Trần Lê Phạm Huỳnh Võ Đặng Bùi Đỗ Hồ'.split(' ') },
  korean: { weight: 4, lang: 'en', needs: 'ko', han: true,
    given: '영희 철수 미영 성호 지은 동현 순자 민준 은정 상훈'.split(' '),
    family: '김 이 박 최 정 강 조 윤 장 남궁'.split(' ') },
  armenian: { weight: 3, lang: 'en', needs: 'hy',
    given: 'Անահիտ Արմեն Նարինե Հայկ Սոնա Գարեգին Լուսինե Վարդան'.split(' '),
    family: 'Պետրոսյան Հակոբյան Սարգսյան Գրիգորյան Մանուկյան Խաչատրյան'.split(' ') },
  persian: { weight: 2, lang: 'en', needs: 'fa',
    given: 'شیرین رضا مریم بهروز پروانه کیوان ژاله امیر'.split(' '),
    family: 'رضایی احمدی کریمی حسینی مرادی جعفری'.split(' ') },
  arabic: { weight: 2, lang: 'en', needs: 'ar',
    given: 'فاطمة يوسف ليلى خالد مريم سامي هدى عمر'.split(' '),
    family: 'الخطيب حداد النجار منصور العبيدي صليبا'.split(' ') },
  punjabi: { weight: 2, lang: 'en',
    given: 'ਗੁਰਪ੍ਰੀਤ ਹਰਜੀਤ ਮਨਜੀਤ ਸੁਖਵਿੰਦਰ ਜਸਲੀਨ ਬਲਬੀਰ'.split(' '),
    family: 'ਸਿੰਘ ਕੌਰ ਗਿੱਲ ਸੰਧੂ ਧਾਲੀਵਾਲ'.split(' ') },
  hmong: { weight: 2, lang: 'en', ...latin('Pa_Houa Tou_Ger Mai_See Kong_Meng Bao Chue', 'Vang Xiong Yang Moua Lor Her') },
  ukrainian: { weight: 1, lang: 'en', given: 'Оксана Тарас Марія Богдан Ганна Юрій'.split(' '),
    family: 'Шевченко Коваленко Бондар Ткачук Мельник'.split(' ') },
  amharic: { weight: 1, lang: 'en', given: 'ሰላም አበበ ትዕግስት ዳዊት'.split(' '), family: 'ተስፋዬ ግርማ በቀለ ወልደ'.split(' ') },
  pacific: { weight: 1, lang: 'en', ...latin('Sione Mele ʻAna Tevita Lupe Semisi', 'Tuʻipulotu Fifita Moala Taufa Faleolo') },
  single: { weight: 1, lang: 'es', given: 'Chayo Beto Doña_Lucha Suharto Lupe Ramu'.split(' '), family: [''] },
};

const words = (text) => text.replaceAll('_', ' ');

// A name of the tongue; @pick chooses from an array.
export function nameOf(tongue, pick) {
  const { given, family, double, han, order } = tongue;
  const first = words(pick(given));
  const last = words(pick(family));
  if (han)
    return `${last}${first}`;
  if (order === 'fg')
    return `${last} ${first}`;
  return [first, last, double ? words(pick(family)) : ''].filter(Boolean).join(' ');
}
