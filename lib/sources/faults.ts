import { AppError, type ErrorDetail } from "#lib/core/errors.ts";
import { BlockedAddressError } from "#lib/llm/address.ts";
import { fileUse } from "./address.ts";

const causes: Record<string, string> = {
  ECONNREFUSED: "nothing listens at that address",
  ENOTFOUND: "the host name does not exist",
  EAI_AGAIN: "the name server does not answer",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the network",
  ECONNRESET: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
  UND_ERR_HEADERS_TIMEOUT: "no answer in time",
  UND_ERR_BODY_TIMEOUT: "it fell silent in the middle",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is self-signed",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate belongs to another host",
};

/** Asking again at once would meet the same. */
const lasting = /^ENOTFOUND$|CERT/;

/** A fault that may be gone in a moment: a transfer goes on behind what it has. */
export class PassingFault extends AppError {}

/** Any fault of a connection in words. An abort by our own signal stays what it is. */
export function asSourceError(error: unknown, url: URL): unknown {
  if (error instanceof AppError) return error;
  if (error instanceof BlockedAddressError)
    return new AppError("INVALID", error.message, { where: url.host, todo: fileUse.todo });
  const { code = "", name } = error as { code?: string; name?: string };
  if (name === "AbortError" || name === "TimeoutError") return error;
  const cause = causes[code] ?? (code || "the connection failed");
  const detail: ErrorDetail = { where: url.host, todo: "Check the address, then try again." };
  const Fault = lasting.test(code) ? AppError : PassingFault;
  return new Fault("UPSTREAM", `${url.host} cannot be read: ${cause}.`, detail);
}

const statuses: Record<number, [what: string, todo: string]> = {
  401: ["asks for a sign-in", "Download the file in your browser and upload it, or use an address that is signed."],
  403: [
    "refuses access",
    "Check that the address is public or its signature has not run out, or upload the file instead.",
  ],
  404: ["has no such file", "Check the address for a spelling mistake."],
  410: ["no longer has this file", "Ask its owner where it went."],
};

/** What an answer other than the file means. */
export function statusError(status: number, host: string, said = ""): AppError {
  const passing = status === 408 || status === 425 || status === 429 || status >= 500;
  const [what, todo] = statuses[status] ?? [`answered ${status}`, passing ? "Retry in a while." : "Check the address."];
  const detail: ErrorDetail = { where: host, todo };
  const message = `${host} ${what}${statuses[status] ? ` (${status})` : ""}.${said ? ` It says: ${said}` : ""}`;
  return passing ? new PassingFault("UPSTREAM", message, detail) : new AppError("UPSTREAM", message, detail);
}
