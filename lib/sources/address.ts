import { AppError } from "#lib/core/errors.ts";
import { type AddressUse, type AllowList, parseAddress } from "#lib/llm/address.ts";

const todo =
  "Use a public https address, ask the operator to add this one to STILLHOUSE_ALLOW_ADDRESSES, or download the file and upload it.";

/** The address of a file; it may carry a query, as signed ones do. */
export const fileUse: AddressUse = {
  field: "url",
  name: "The address",
  todo,
  plain: "Plain http can be read and changed on the way.",
  query: true,
};

/** Where a bucket's server stands. */
export const endpointUse: AddressUse = {
  field: "endpoint",
  name: "The endpoint",
  todo: "Use the public https address of the bucket's server, or ask the operator to add it to STILLHOUSE_ALLOW_ADDRESSES.",
  plain: "Plain http would show the bucket's content to everyone on the way.",
  query: false,
};

/**
 * Where a redirect leads. It is checked like a typed address, so that no server can send us into the network.
 * @throws AppError INVALID
 */
export function redirectTarget(location: string, from: URL, allow: AllowList): URL {
  if (!URL.canParse(location, from.href)) {
    throw new AppError("UPSTREAM", `${from.host} answered with a redirect to nowhere.`, {
      where: from.host,
      todo: "Open the address in a browser and copy the one of the file itself.",
    });
  }
  // a whole address is checked as it was sent, before a parser makes it look harmless
  const text = /^[a-z][a-z\d+.-]*:/i.test(location) ? location : new URL(location, from).href;
  try {
    return parseAddress(text, allow, fileUse);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError("INVALID", `${from.host} redirects to an address that may not be fetched: ${error.message}`, {
      ...error.detail,
      where: from.host,
    });
  }
}

/** An address without what may be secret in it, for titles, payloads and logs. */
export function shownAddress(url: URL): string {
  return url.origin + url.pathname;
}

/** The file name that an address ends in; its host where it has none. */
export function nameOfAddress(url: URL): string {
  const last = url.pathname.split("/").filter(Boolean).at(-1) ?? "";
  try {
    return decodeURIComponent(last) || url.hostname;
  } catch {
    return last;
  }
}
