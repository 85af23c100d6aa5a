// The Node suites that ./check runs after the C tests, in this order. Each is a file of node:test
// cases; `minutes` is how long it may take (2 unless said).
//
// They find in the environment:
//   TURNOUT_BUILD      the build folder, absolute: $TURNOUT_BUILD/turnout is the program
//   TURNOUT_POSTGRES   postgresql://… of a cluster of their own, as superuser: a suite makes a
//                      database there for itself (CREATE DATABASE … TEMPLATE template0)
export const suites = [
  { file: 'test_house.mjs' },
  { file: 'test_run.mjs' },
];
