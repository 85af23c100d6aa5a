// A ticket as a camera sees it on a bad day: small, turned, out of focus, scratched, with glare, in uneven light and
// with noise. The same seed spoils in the same way.

// What is done to each: the strength is the test's, fixed here, and stated in tests/README.md.
export const wear = {
  pixels: 3, // a module
  turn: 25, // degrees to either side, of any quarter turn
  blur: 0.5, // sigma of a Gauss bell, pixels
  scratches: 2, scratchWidth: 0.2, scratchLength: 4, // modules; white or black
  glare: 0.12, veil: 0.3, // radius of a bright spot, of the code's width, and how much of the contrast it takes; it
  // fades out over as much again
  noise: 2, // sigma, of 255
  shade: 0.25, // how much darker one side is
  ink: [20, 60], paper: [200, 250], // grey
};

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

const SUB = 4; // samples a pixel and direction

// A short line somewhere on the code.
function scratchOf(random, side) {
  const angle = random() * Math.PI, [x, y] = [side * random(), side * random()], [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  return { white: random() < 0.5, hits: (u, v) => Math.abs((u - x) * sin - (v - y) * cos) < wear.scratchWidth / 2
    && Math.abs((u - x) * cos + (v - y) * sin) < wear.scratchLength / 2 };
}

function blurred(grey, size, sigma) {
  const reach = Math.ceil(3 * sigma), weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((a, b) => a + b), clamp = (at) => Math.min(size - 1, Math.max(0, at));
  const pass = (from, at) => Float32Array.from({ length: size * size }, (_, i) => {
    const x = i % size, y = (i - x) / size;
    return weights.reduce((total, weight, k) => total + weight * from[at(x, y, k - reach)], 0) / sum;
  });
  const across = pass(grey, (x, y, d) => y * size + clamp(x + d));
  return pass(across, (x, y, d) => clamp(y + d) * size + x);
}

// @modules: { side, dark(x, y) }, with its quiet zone. Gives { size, grey }, a square picture of bytes.
export function worn({ side, dark }, seed) {
  const random = randomOf(seed), angle = (Math.floor(random() * 4) * 90 + (2 * random() - 1) * wear.turn) * Math.PI / 180, [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const size = Math.ceil(side * wear.pixels * (Math.abs(sin) + Math.abs(cos))) + 8;
  const pick = ([low, high]) => low + (high - low) * random();
  const ink = pick(wear.ink), paper = pick(wear.paper), slant = random() * 2 * Math.PI;
  const scratches = Array.from({ length: wear.scratches }, () => scratchOf(random, side));
  const spot = { x: side * (0.15 + 0.7 * random()), y: side * (0.15 + 0.7 * random()), radius: wear.glare * side };
  const grey = new Float32Array(size * size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      let light = 0;
      for (let k = 0; k < SUB * SUB; k++) {
        const px = (x + (k % SUB + 0.5) / SUB - size / 2) / wear.pixels, py = (y + (Math.floor(k / SUB) + 0.5) / SUB - size / 2) / wear.pixels;
        const u = px * cos + py * sin + side / 2, v = -px * sin + py * cos + side / 2;
        const inside = u >= 0 && v >= 0 && u < side && v < side;
        const scratch = inside && scratches.find(({ hits }) => hits(u, v));
        light += scratch ? (scratch.white ? paper : ink) : inside && dark(Math.floor(u), Math.floor(v)) ? ink : paper;
      }
      const [mx, my] = [(x - size / 2) / size, (y - size / 2) / size];
      light = light / (SUB * SUB) * (1 - wear.shade * (0.5 + mx * Math.cos(slant) + my * Math.sin(slant)));
      const u = (x - size / 2) / wear.pixels * cos + (y - size / 2) / wear.pixels * sin + side / 2;
      const v = -(x - size / 2) / wear.pixels * sin + (y - size / 2) / wear.pixels * cos + side / 2;
      const drowned = wear.veil * Math.min(1, Math.max(0, 2 - Math.hypot(u - spot.x, v - spot.y) / spot.radius));
      grey[y * size + x] = light + (255 - light) * drowned;
    }
  const soft = blurred(grey, size, wear.blur);
  const bell = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return { size, grey: Uint8Array.from(soft, (each) => Math.min(255, Math.max(0, Math.round(each + wear.noise * bell())))) };
}

// For zbarimg and for looking at: PGM.
export const pgmOf = ({ size, grey }) => Buffer.concat([Buffer.from(`P5 ${size} ${size} 255\n`), grey]);
