// The Node suites that ./check runs after the C tests, begun in this order (the long ones first), one more at a time
// than there are processors; then those that are `alone`, since they count or kill what runs on a machine that is
// theirs. Each is a file of node:test cases; `minutes` is how long it may take (2 unless said).
//
// They find in the environment:
//   TURNOUT_TEST_BUILD          the build folder, absolute: $TURNOUT_TEST_BUILD/turnout is the program
//   TURNOUT_TEST_POSTGRES  postgresql://… of a cluster for this run, whose user may make databases: a
//                          suite makes one for itself (CREATE DATABASE … TEMPLATE template0)
export const suites = [
  { file: 'test_house.mjs' },
  { file: 'test_run.mjs' },
  { file: 'test_catalogues.mjs' },
  { file: 'test_staff.mjs', minutes: 8 },
  { file: 'test_app.mjs', minutes: 6 },
  { file: 'test_family.mjs', minutes: 6 },
  { file: 'test_languages.mjs', minutes: 10 },
  { file: 'test_look.mjs', minutes: 6 },
  { file: 'test_journey.mjs', minutes: 4 },
  { file: 'test_doors.mjs', minutes: 4 },
  { file: 'test_captain.mjs', minutes: 4 },
  { file: 'test_messages.mjs', minutes: 4 },
  { file: 'test_group.mjs' },
  { file: 'test_partner.mjs' },
  { file: 'test_reminder.mjs', minutes: 4 },
  { file: 'test_app_trouble.mjs', minutes: 4 },
  { file: 'test_app_desk.mjs', minutes: 4 },
  { file: 'test_upgrade.mjs', minutes: 4 },
  { file: 'test_staff_code.mjs', minutes: 4 },
  { file: 'test_service.mjs', minutes: 4 },
  { file: 'test_web.mjs' },
  { file: 'test_sim.mjs', minutes: 8 },
  { file: 'test_report.mjs', minutes: 4 },
  { file: 'test_tickets.mjs', minutes: 4 },
  { file: 'test_many.mjs', minutes: 4 },
  { file: 'test_paper.mjs', minutes: 4 },
  { file: 'test_demo.mjs', minutes: 4 },
  { file: 'test_forget.mjs', minutes: 4 },
  { file: 'test_canaries.mjs', minutes: 8 },
  { file: 'test_again.mjs', minutes: 4 },
  { file: 'test_holds.mjs', minutes: 4 },
  { file: 'test_places.mjs' },
  { file: 'test_self.mjs', minutes: 4 },
  { file: 'test_self_journey.mjs', minutes: 4 },
  { file: 'test_naughty.mjs' },
  { file: 'test_naughty_out.mjs', minutes: 4 },
  { file: 'test_letters.mjs', minutes: 4 },
  { file: 'test_stay.mjs' },
  { file: 'test_door_journey.mjs', minutes: 4 },
  { file: 'test_faults.mjs', alone: true },
  { file: 'test_race.mjs', alone: true, minutes: 4 },
  { file: 'test_durable.mjs', alone: true, minutes: 4 },
  { file: 'test_kill.mjs', alone: true, minutes: 4 },
];
