// Makes a roster of invented people for a definition such as the Immigrant Day of Action: all regions,
// delegations with captains, buses and stops within their room, many scripts, some without an address.
// The same seed gives the same people. Addresses end in example.org and example.com, telephone numbers in
// 555-0100 to 555-0199: nobody has them.
//
//   node tests/roster.mjs [--people 1400] [--seed 1] [DEFINITION.json] >roster.csv
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { nameOf, tongues } from './names.mjs';

const top = join(dirname(fileURLToPath(import.meta.url)), '..');
const example = join(top, 'schema/examples/immigrant-day-of-action.json');

// mulberry32: small, and the same everywhere
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

// Shares of the people by region, whose buses are whose, and the telephone's area.
const regions = {
  1: { share: 0.15, area: '916' },
  2: { share: 0.04, area: '707', bus: 'bus-bay' },
  3: { share: 0.19, area: '510', bus: 'bus-bay' },
  4: { share: 0.08, area: '209', bus: 'bus-valley' },
  5: { share: 0.08, area: '831', bus: 'bus-bay' },
  6: { share: 0.12, area: '559', bus: 'bus-valley' },
  7: { share: 0.08, area: '951', bus: 'bus-south' },
  8: { share: 0.14, area: '213', bus: 'bus-south' },
  9: { share: 0.05, area: '714', bus: 'bus-south' },
  10: { share: 0.07, area: '619', bus: 'bus-south' },
};
// Whom a delegation is of, where its name says it.
const delegationTongues = { GOLDENGATE: 'filipino', MIXTECO: 'oaxacan', HARMONY: 'korean', SAIGON: 'vietnamese',
  IMPERIAL: 'mexican', FRESA: 'mexican', VINEDO: 'mexican', ALMENDRO: 'mexican', TULE: 'mexican' };

const columns = ['ref', 'name', 'contact', 'email', 'phone', 'lang', 'interpretation', 'region', 'county',
  'delegation', 'captain', 'option', 'session_bus', 'stop', 'session_training', 'session_visit', 'age_band',
  'guardian', 'photo', 'meal', 'access', 'childcare', 'first_time', 'keep_informed', 'question_shirt'];

function countiesByRegion() {
  const lines = readFileSync(join(top, 'schema/data/california-regions.csv'), 'utf8').trim().split(/\r?\n/).slice(1);
  const found = {};
  for (const line of lines) {
    const [code, , county] = line.split(',');
    (found[code] ??= []).push(county);
  }
  return found;
}

// What is left of each bus and stop, a tenth kept free for those who register themselves.
function roomOf(definition) {
  const room = new Map();
  for (const session of definition.sessions)
    if (session.capacity !== undefined) {
      room.set(session.code, Math.floor(session.capacity * 0.9));
      for (const stop of session.stops ?? [])
        room.set(`${session.code}/${stop.no}`, Math.floor((stop.capacity ?? session.capacity) * 0.9));
    }
  for (const option of definition.options)
    if (option.capacity !== undefined)
      room.set(option.code, Math.floor(option.capacity * 0.95));
  return room;
}

export function* people({ count = 1400, seed = 1, definition }) {
  const random = randomOf(seed);
  const chance = (share) => random() < share;
  const pick = (list) => list[Math.floor(random() * list.length)];
  const weighted = (entries) => {
    let at = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    return entries.find(([, weight]) => (at -= weight) < 0)[0];
  };
  const counties = countiesByRegion();
  const room = roomOf(definition);
  const sessions = new Map(definition.sessions.map((session) => [session.code, session]));
  const captains = new Set();
  const adults = new Map(); // by region, for children on their own
  const left = new Map(Object.entries(regions).map(([code, { share }]) => [code, Math.max(1, Math.round(share * count))]));
  const take = (...keys) => {
    if (keys.some((key) => room.has(key) && room.get(key) < 1))
      return false;
    keys.forEach((key) => room.has(key) && room.set(key, room.get(key) - 1));
    return true;
  };

  const delegationIn = (region) => {
    const there = definition.delegations.filter((each) => each.region === region);
    return there.length && chance(0.72) ? weighted(there.map((each) => [each.code, each.expected ?? 10])) : '';
  };

  // the wish first, what is left otherwise
  const optionFor = (person, region) => {
    const bus = regions[region].bus;
    if (bus && chance(0.5)) {
      const stop = `${bus}/${pick(sessions.get(bus).stops).no}`;
      if (take('travel-lunch', bus, sessions.get(bus).return, stop, 'lunch-seat'))
        return Object.assign(person, { option: 'travel-lunch', session_bus: bus, stop });
    }
    return Object.assign(person, { option: chance(0.45) && take('lunch', 'lunch-seat') ? 'lunch' : 'general' });
  };
  room.set('lunch-seat', room.get('lunch') && sessions.get('lunch')?.capacity
    ? Math.floor(sessions.get('lunch').capacity * 0.95) : 0);

  const contactFor = (person, no, area) => {
    const email = () => `${pick(['poppy', 'finch', 'sage', 'heron', 'lupine', 'wren', 'cedar', 'otter', 'maple', 'plover'])}`
      + `.${String(no).padStart(4, '0')}@example.${chance(0.5) ? 'org' : 'com'}`;
    const phone = () => `+1 ${area} 555-01${String(Math.floor(random() * 100)).padStart(2, '0')}`;
    const kind = person.captain ? 'email'
      : weighted(person.delegation
        ? [['captain', 55], ['email', 25], ['phone', 10], ['none', 10]]
        : [['email', 62], ['phone', 22], ['none', 16]]);
    Object.assign(person, { contact: kind });
    if (kind === 'email')
      person.email = email();
    if (kind === 'phone')
      person.phone = phone();
  };

  const ageFor = (person, region) => {
    const band = person.captain ? 'adult' : weighted([['adult', 92], ['16-17', 5], ['under-16', 3]]);
    const grown = adults.get(region);
    person.age_band = band === 'adult' || person.delegation || grown ? band : 'adult';
    if (person.age_band === 'adult')
      adults.set(region, person.name);
    else if (person.age_band === '16-17' && chance(0.3))
      person.guardian = 'paper';
    else
      person.guardian = person.delegation ? 'delegation' : grown;
  };

  for (let no = 1; no <= count; no++) {
    const open = [...left].filter(([, n]) => n > 0);
    const region = open.length ? weighted(open) : '3';
    left.set(region, left.get(region) - 1);
    const delegation = delegationIn(region);
    const tongue = tongues[delegationTongues[delegation] && chance(0.85) ? delegationTongues[delegation]
      : weighted(Object.entries(tongues).map(([code, { weight }]) => [code, weight]))];
    const person = { ref: `invented-${seed}-${String(no).padStart(5, '0')}`, name: nameOf(tongue, pick), region, delegation };
    if (delegation && !captains.has(delegation)) {
      captains.add(delegation);
      person.captain = 'yes';
    }
    person.lang = tongue.lang;
    person.interpretation = tongue.needs && chance(tongue.needs === 'es' ? 0.35 : 0.25) ? tongue.needs : '';
    person.county = chance(0.6) ? pick(counties[region]) : '';
    optionFor(person, region);
    contactFor(person, no, regions[region].area);
    ageFor(person, region);
    const training = { 8: 'training-south', 9: 'training-south', 6: 'training-valley', 4: 'training-valley' }[region];
    if (training && chance(0.5))
      person.session_training = training;
    const visit = chance(0.35) ? pick(['visit-morning', 'visit-afternoon']) : '';
    if (visit && take(visit))
      person.session_visit = visit;
    person.photo = weighted([['no', 60], ['yes', 22], ['ask', 18]]);
    if (person.option !== 'general')
      person.meal = weighted([['any', 70], ['vegetarian', 14], ['vegan', 6], ['halal', 5], ['gluten-free', 3], ['kosher', 2]]);
    if (chance(0.06))
      person.access = pick(['lift-seat', 'companion-seat', 'asl', 'captions', 'quiet-room', 'large-print']);
    if (person.age_band === 'adult' && chance(0.05))
      person.childcare = String(1 + Math.floor(random() * 3));
    person.first_time = chance(0.55) ? pick(['yes', 'no']) : '';
    if (person.contact === 'email' && chance(0.3))
      person.keep_informed = 'yes';
    person.question_shirt = chance(0.4) ? pick(['none', 's', 'm', 'l', 'xl']) : '';
    yield person;
  }
}

const cell = (text = '') => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
export const csvHead = `${columns.join(',')}\r\n`;
export const csvLine = (person) => `${columns.map((column) => cell(person[column])).join(',')}\r\n`;

function main(words) {
  const asked = { count: 1400, seed: 1 };
  let path = example;
  for (let i = 0; i < words.length; i++)
    if (words[i] === '--people')
      asked.count = Number(words[++i]);
    else if (words[i] === '--seed')
      asked.seed = Number(words[++i]);
    else
      path = words[i];
  if (!Number.isInteger(asked.count) || !Number.isInteger(asked.seed) || asked.count < 1) {
    console.error('usage: node tests/roster.mjs [--people N] [--seed N] [DEFINITION.json]');
    process.exit(2);
  }
  const definition = JSON.parse(readFileSync(path, 'utf8'));
  let text = csvHead;
  for (const person of people({ ...asked, definition })) {
    text += csvLine(person);
    if (text.length > 65536) {
      process.stdout.write(text);
      text = '';
    }
  }
  process.stdout.write(text);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  main(process.argv.slice(2));
