import type { AddressInfo } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

export type CaughtMail = ParsedMail & { envelopeTo: string[] };

export type SmtpCatcher = {
  url: string;
  mails: CaughtMail[];
  /** what it does with the next mails, in order; after them it takes everything */
  script: ("accept" | { refuse: number; with: string } | "hang up in data")[];
  /** every connection that was made, also failed ones */
  connections: number;
  close(): Promise<void>;
};

/** A mail server on a free port of this machine that keeps what it is sent, or misbehaves as told. */
export async function catchMail(): Promise<SmtpCatcher> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onConnect(_session, done) {
      caught.connections++;
      done();
    },
    onData(stream, session, done) {
      const act = caught.script.shift() ?? "accept";
      if (act === "hang up in data") {
        stream.resume();
        stream.on("end", () => {
          for (const connection of server.connections) hangUp(connection);
        });
        return;
      }
      simpleParser(stream).then((mail) => {
        if (act !== "accept") return done(Object.assign(new Error(act.with), { responseCode: act.refuse }));
        caught.mails.push({ ...mail, envelopeTo: session.envelope.rcptTo.map((to) => to.address) });
        done();
      }, done);
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  const caught: SmtpCatcher = {
    url: `smtp://127.0.0.1:${port}`,
    mails: [],
    script: [],
    connections: 0,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
  return caught;
}

/** smtp-server keeps its sockets to itself; a test needs the line cut in the middle. */
function hangUp(connection: unknown): void {
  const { _socket: socket } = connection as { _socket?: { destroy(): void } };
  socket?.destroy();
}
