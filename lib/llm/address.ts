/**
 * Guard against server-side request forgery through an address that a person typed: a teacher's base URL, a file to fetch, a bucket
 * (OWASP ASVS 5.0, V1.3.6; CWE-918).
 *
 * Checked twice: `parseAddress` and `assertReachable` when the address is given, `guardedLookup` at every connection, so that a
 * name that resolves to another address later (DNS rebinding) gains nothing. Only global unicast addresses pass, unless the
 * operator listed the address in STILLHOUSE_ALLOW_ADDRESSES.
 */
import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { AppError } from "#lib/core/errors.ts";

/** Entries as `lib/env.ts` validates them: `host:port`, `[v6]:port`, `block/bits` or `block/bits:port`. */
export type AllowList = readonly string[];

/** Raised while connecting; the client turns it into the outcome class `blocked_address`. */
export class BlockedAddressError extends Error {
  readonly code = "STILLHOUSE_BLOCKED_ADDRESS";
}

/** What an address is for, in the words of its refusals. */
export type AddressUse = {
  /** input field that a refusal points at */
  field: string;
  /** "The base URL": begins sentences */
  name: string;
  todo: string;
  /** why plain http is no good here */
  plain: string;
  /** may it carry a query? A fragment is never sent and then dropped */
  query: boolean;
};

const teacherUse: AddressUse = {
  field: "baseUrl",
  name: "The base URL",
  todo: "Use the endpoint's public https address, or ask the operator to add it to STILLHOUSE_ALLOW_ADDRESSES.",
  plain: "Plain http would send the key unencrypted.",
  query: false,
};

function parseIp(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const bare = text.startsWith("[") ? text.slice(1, -1) : text;
  return isIP(bare) === 0 ? null : ipaddr.process(bare);
}

/** What makes an address unfit as an endpoint, or null. IPv4-mapped IPv6 is judged as the IPv4 address that it means. */
export function addressProblem(address: string): string | null {
  const ip = parseIp(address);
  if (!ip) return "not an address";
  const range = ip.range();
  if (range !== "unicast") return range;
  // Only 2000::/3 is handed out; ::a.b.c.d and the like are leftovers that some systems still route to IPv4.
  return ip instanceof ipaddr.IPv6 && !ip.match(ipaddr.IPv6.parse("2000::"), 3) ? "reserved" : null;
}

function inBlock(address: string, block: string): boolean {
  const ip = parseIp(address);
  const [base, bits] = ipaddr.parseCIDR(block);
  return ip !== null && ip.kind() === base.kind() && ip.match([base, bits] as [ipaddr.IPv6, number]);
}

/** Whether the operator allowed this host name or address at this port. Names match exactly, blocks by membership. */
export function isAllowed(host: string, port: number, allow: AllowList): boolean {
  return allow.some((entry) => {
    const [, block, blockPort] = /^([^/]+\/\d{1,3})(?::(\d+))?$/.exec(entry) ?? [];
    if (block !== undefined) return (blockPort === undefined || Number(blockPort) === port) && inBlock(host, block);
    return entry === `${host.toLowerCase()}:${port}`;
  });
}

function refuse(what: string, { field, todo }: AddressUse): never {
  throw new AppError("INVALID", what, { where: field, todo, fields: { [field]: what } });
}

/** Names that mean this machine or its cloud's metadata service, whatever they resolve to. */
const localNames = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/;

/** A teacher's base URL in its canonical form, without a trailing slash. @throws AppError INVALID, see `parseAddress` */
export function parseBaseUrl(text: string, allow: AllowList): URL {
  const url = parseAddress(text, allow, teacherUse);
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/**
 * Parses an address that the server is to reach.
 * @throws AppError INVALID for every form of address that could reach into the network or hide where it goes.
 */
export function parseAddress(text: string, allow: AllowList, use: AddressUse): URL {
  const wrong = (what: string) => refuse(what, use);
  const { name } = use;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: URL parsers drop them in silence, so they can hide a host
  if (/[\x00-\x20\x7f\\]/.test(text)) wrong(`${name} has a space, a control character or a backslash in it.`);
  if (!URL.canParse(text)) wrong(`${name} is not an address such as https://api.example.com/v1.`);
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    wrong(`${name} begins with ${url.protocol} instead of https:.`);
  if (url.username || url.password || /^[a-z]+:\/\/[^/?#]*@/i.test(text)) wrong(`${name} has a user name in it.`);
  if (!use.query && (url.search || url.hash)) wrong(`${name} has a query or a fragment.`);
  const typed = /^https?:\/\/(\[[^\]]*\]|[^/:?#]*)/i.exec(text)?.[1]?.toLowerCase() ?? "";
  if (!/^[\x21-\x7e]+$/.test(typed) || typed.includes("%"))
    wrong(`Write the host of ${name.replace(/^T/, "t")} in plain ASCII letters.`);
  if (isIP(url.hostname) === 4 && typed !== url.hostname) wrong(`"${typed}" is another spelling of ${url.hostname}.`);
  const host = url.hostname.replace(/\.$/, "");
  const port = portOf(url);
  const allowed = isAllowed(host, port, allow);
  if (!allowed && localNames.test(host)) wrong(`${host} is a name inside this machine or network.`);
  const problem = parseIp(host) ? addressProblem(host) : null;
  if (!allowed && problem) wrong(`${host} is not a public address (${problem}).`);
  // An allowed block may still hold what the name resolves to: that is known only at `assertReachable` and at connection.
  if (url.protocol === "http:" && !allowed && (parseIp(host) || !allow.some((entry) => entry.includes("/")))) {
    wrong(use.plain);
  }
  url.hash = "";
  return url;
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === "https:" ? 443 : 80));
}

export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>;

const resolveHost: Resolve = (host) =>
  new Promise((resolve, reject) =>
    systemLookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found))),
  );

/** Addresses of `host` that may be connected to at `port`. Plain http passes only to what the operator listed. */
function permitted(
  host: string,
  port: number,
  secure: boolean,
  found: { address: string; family: number }[],
  allow: AllowList,
) {
  if (isAllowed(host, port, allow)) return found;
  return found.filter(({ address }) => isAllowed(address, port, allow) || (secure && addressProblem(address) === null));
}

function blockedMessage(host: string, found: { address: string }[]): string {
  const first = found[0]?.address ?? "nothing";
  const problem = found[0] ? addressProblem(first) : null;
  return `${host} resolves to ${first}${problem ? ` (${problem})` : ", over plain http"}, which must not be reached from here.`;
}

/**
 * Resolves the host once, when the address is saved. A name that does not resolve now passes: the Test button and every
 * connection say so.
 * @throws AppError INVALID when the name leads to addresses that are not permitted only.
 */
export async function assertReachable(
  url: URL,
  allow: AllowList,
  resolve: Resolve = resolveHost,
  use: AddressUse = teacherUse,
): Promise<void> {
  const host = url.hostname.replace(/\.$/, "");
  if (parseIp(host)) return;
  const found = await resolve(host).catch(() => null);
  const port = portOf(url);
  if (found && permitted(host, port, url.protocol === "https:", found, allow).length === 0)
    refuse(blockedMessage(host, found), use);
}

/** A `lookup` for sockets that hands out permitted addresses only, and an error where there are none. */
export function guardedLookup(url: URL, allow: AllowList, resolve: Resolve = resolveHost): LookupFunction {
  const port = portOf(url);
  return (host, options, callback) => {
    resolve(host).then(
      (found) => {
        const good = permitted(host, port, url.protocol === "https:", found, allow);
        const [first] = good;
        if (!first) callback(new BlockedAddressError(blockedMessage(host, found)), "", 0);
        else if (options.all) callback(null, good);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}
