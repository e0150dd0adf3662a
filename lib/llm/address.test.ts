import { describe, expect, it } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import { addressProblem, assertReachable, BlockedAddressError, guardedLookup, parseBaseUrl } from "./address.ts";

const refused = [
  "ftp://api.example.com/v1",
  "file:///etc/passwd",
  "gopher://api.example.com/",
  "//api.example.com/v1",
  "api.example.com/v1",
  "https://user@api.example.com/v1",
  "https://user:pw@api.example.com/v1",
  "https://@api.example.com/v1",
  "https://api.example.com%2f@127.0.0.1/v1",
  "https://api.example.com\\@127.0.0.1/v1",
  "https://api.exa\tmple.com/v1",
  " https://api.example.com/v1",
  "https://api.example.com/v1?x=1",
  "https://api.example.com/v1#x",
  "http://api.example.com/v1",
  "https://аpi.example.com/v1",
  "https://１２７.０.０.１/v1",
  "https://%31%32%37.0.0.1/v1",
  "https://localhost/v1",
  "https://LOCALHOST./v1",
  "https://x.localhost/v1",
  "https://metadata.google.internal/v1",
  "https://printer.local/v1",
  "https://127.0.0.1/v1",
  "https://127.1/v1",
  "https://2130706433/v1",
  "https://0x7f000001/v1",
  "https://0x7f.0.0.1/v1",
  "https://017700000001/v1",
  "https://0177.0.0.1/v1",
  "https://134744072/v1",
  "https://0.0.0.0/v1",
  "https://10.1.2.3/v1",
  "https://172.16.0.1/v1",
  "https://172.31.255.255/v1",
  "https://192.168.1.1/v1",
  "https://100.64.0.1/v1",
  "https://169.254.169.254/latest/meta-data",
  "https://224.0.0.1/v1",
  "https://255.255.255.255/v1",
  "https://[::1]/v1",
  "https://[::]/v1",
  "https://[::ffff:127.0.0.1]/v1",
  "https://[::ffff:a9fe:a9fe]/v1",
  "https://[::127.0.0.1]/v1",
  "https://[64:ff9b::7f00:1]/v1",
  "https://[2002:7f00:1::]/v1",
  "https://[fe80::1]/v1",
  "https://[fd00::1]/v1",
  "https://[ff02::1]/v1",
];
const accepted = [
  "https://api.openai.com/v1",
  "https://api.example.com:8443/v1/",
  "https://8.8.8.8/v1",
  "https://[2606:4700::1111]/v1",
  "https://xn--bcher-kva.example/v1",
  "https://api.example.com/a/b/v1///",
];

describe("parseBaseUrl", () => {
  it.each(refused)("refuses %j and says what to do", (text) => {
    const attempt = () => parseBaseUrl(text, []);
    expect(attempt).toThrow(AppError);
    expect(attempt).toThrow(
      expect.objectContaining({ code: "INVALID", detail: expect.objectContaining({ where: "baseUrl" }) }),
    );
  });
  it.each(accepted)("accepts %j", (text) => {
    expect(parseBaseUrl(text, []).href).not.toMatch(/\/$/);
  });
  it("lets through what the operator listed, at that port only", () => {
    const allow = ["localhost:8000", "10.0.0.0/8", "[::1]:9000", "192.168.0.0/16:8080"];
    for (const text of [
      "http://localhost:8000/v1",
      "http://10.9.9.9:11434/v1",
      "http://[::1]:9000/v1",
      "http://192.168.4.4:8080/v1",
    ])
      expect(parseBaseUrl(text, allow).href).toBe(text);
    for (const text of [
      "http://localhost:8001/v1",
      "http://127.0.0.1:8000/v1",
      "http://192.168.4.4:8081/v1",
      "http://169.254.169.254/v1",
      "http://8.8.8.8/v1",
    ])
      expect(() => parseBaseUrl(text, allow)).toThrow(AppError);
  });
});

describe("addressProblem", () => {
  it("judges an IPv4-mapped address as what it means", () => {
    expect(addressProblem("::ffff:10.0.0.1")).toBe("private");
    expect(addressProblem("::ffff:8.8.8.8")).toBeNull();
  });
});

const answers =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
const connectTo = (url: URL, allow: string[], resolve: ReturnType<typeof answers>) =>
  new Promise((done) =>
    guardedLookup(url, allow, resolve)(url.hostname, { all: true }, (error, found) => done(error ?? found)),
  );

describe("names", () => {
  const url = new URL("https://teacher.example.com/v1");
  it("are refused at save when they lead inside", async () => {
    await expect(assertReachable(url, [], answers("10.0.0.7"))).rejects.toThrow(/10\.0\.0\.7 \(private\)/);
    await expect(assertReachable(url, [], answers("8.8.8.8"))).resolves.toBeUndefined();
    await expect(assertReachable(url, [], async () => Promise.reject(new Error("ENOTFOUND")))).resolves.toBeUndefined();
  });
  it("are refused again at the connection, so that rebinding gains nothing", async () => {
    let asked = 0;
    const rebinding = async () => answers(asked++ === 0 ? "8.8.8.8" : "169.254.169.254")();
    await assertReachable(url, [], rebinding);
    await expect(connectTo(url, [], rebinding)).resolves.toBeInstanceOf(BlockedAddressError);
  });
  it("with public and private addresses get the public ones only", async () => {
    await expect(connectTo(url, [], answers("127.0.0.1", "8.8.8.8"))).resolves.toEqual([
      { address: "8.8.8.8", family: 4 },
    ]);
  });
  it("reach what the operator listed", async () => {
    await expect(connectTo(url, ["10.0.0.0/8"], answers("10.0.0.7"))).resolves.toEqual([
      { address: "10.0.0.7", family: 4 },
    ]);
    await expect(connectTo(url, ["teacher.example.com:443"], answers("10.0.0.7"))).resolves.toHaveLength(1);
  });
  it("never get plain http to a public address", async () => {
    const plain = new URL("http://teacher.example.com/v1");
    await expect(connectTo(plain, ["10.0.0.0/8"], answers("8.8.8.8"))).resolves.toBeInstanceOf(BlockedAddressError);
  });
});
