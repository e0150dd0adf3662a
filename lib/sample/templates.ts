/**
 * Templates of the phrase banks: `[one|two|]` picks one of the options (an empty one is allowed), `{slot}` is
 * replaced by a value of the slot. No nesting: a bank that needs it should have two phrases.
 */
import type { SeededRandom } from "./random.ts";

type Slot = (random: SeededRandom) => string;

const oneOf = (...values: string[]): Slot => {
  return (random) => random.pick(values);
};
const numbered = (prefix: string, low: number, high: number): Slot => {
  return (random) => `${prefix}${random.int(low, high)}`;
};

const slots = {
  place: oneOf(
    "home",
    "the hotel",
    "our Leipzig office",
    "a customer site",
    "the train",
    "my parents' house",
    "the depot",
  ),
  site: oneOf(
    "Leipzig",
    "Porto",
    "the Hamburg warehouse",
    "building C",
    "the north wing",
    "plant 2",
    "the Gdansk office",
  ),
  room: oneOf("room 2.14", "the Baltic room", "meeting room Elbe", "the training room", "room 0.07", "the board room"),
  asset: numbered("LT-", 2000, 8999),
  desktop: numbered("PC-", 300, 980),
  printer: numbered("PRN-", 101, 248),
  switchPort: (random) => `sw${random.int(1, 9)}-${random.pick(["a", "b"])} port ${random.int(1, 48)}`,
  vlan: numbered("VLAN ", 110, 190),
  extension: numbered("", 4100, 5899),
  number: numbered("", 3, 60),
  person: oneOf(
    "Priya",
    "Tomasz",
    "Marta",
    "Joao",
    "Sven",
    "Aylin",
    "Beatrix",
    "Omar",
    "Lena",
    "Kofi",
    "Ines",
    "Ruben",
  ),
  surname: oneOf("Novak", "Lindqvist", "Okafor", "Ferreira", "Brandt", "Kaya", "Moreau", "Horvat", "Bianchi", "Sato"),
  team: oneOf(
    "procurement",
    "finance",
    "the lab",
    "customer care",
    "logistics",
    "HR",
    "field service",
    "quality",
    "sales",
  ),
  when: oneOf(
    "this morning",
    "yesterday",
    "last Friday",
    "last week",
    "the update last night",
    "about an hour ago",
    "lunch",
  ),
  day: oneOf("Monday", "1 March", "the 15th", "next Wednesday", "the first of the month", "Thursday"),
  app: oneOf(
    "Visio",
    "Power BI Desktop",
    "AutoCAD",
    "Python",
    "Adobe Acrobat",
    "7-Zip",
    "Tableau",
    "MATLAB",
    "Docker Desktop",
  ),
  system: oneOf(
    "the CRM",
    "the time sheet portal",
    "Jira",
    "the intranet",
    "the travel tool",
    "Confluence",
    "the HR portal",
  ),
  transaction: oneOf("VA01", "ME21N", "FB60", "MIGO", "VL02N", "F110", "CO11N", "MM02", "XD02"),
  sapSystem: oneOf("PRD", "P01", "the production client", "QAS", "client 100"),
  database: oneOf("CRMPROD", "orders_db", "WMS01", "the reporting database", "billing", "HRDATA"),
  share: oneOf(
    "\\\\files01\\projects",
    "the S: drive",
    "the team share",
    "\\\\nas3\\lab",
    "the H: drive",
    "the archive share",
  ),
  vpnCode: oneOf(
    "error 809",
    "error 691",
    "code 429-T",
    '"gateway unreachable"',
    '"no response from peer"',
    "error 0x800704C9",
  ),
  winCode: oneOf("0x80070643", "0x80004005", "1603", "0x8007000D", "1722", "0x80240017"),
  mailCode: oneOf("550 5.7.1", "0x8004010F", "552 5.2.2", '"cannot connect to server"', "0x800CCC0E", "550 5.1.10"),
  sqlCode: oneOf(
    "ORA-01653",
    "error 1205",
    '"too many connections"',
    "ORA-00060",
    '"could not extend relation"',
    "error 9002",
  ),
} as const satisfies Record<string, Slot>;

const isSlot = (name: string): name is keyof typeof slots => Object.hasOwn(slots, name);

/** Fills one template. Throws on an unknown slot, so that a typing error in a bank fails the test and not the reader. */
export function expand(template: string, random: SeededRandom): string {
  return template
    .replace(/\[([^\]]*)\]/g, (_, options: string) => random.pick(options.split("|")))
    .replace(/\{(\w+)\}/g, (_, name: string) => {
      if (!isSlot(name)) throw new Error(`Unknown slot "{${name}}" in the sample phrase "${template}".`);
      return slots[name](random);
    })
    .replace(/ {2,}/g, " ")
    .replace(/ ([.,?!])/g, "$1")
    .trim()
    .replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}
