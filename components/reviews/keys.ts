/** What a key does while nobody types. */
export type KeyCommand =
  | {
      does:
        | "accept"
        | "reject"
        | "comment"
        | "next"
        | "back"
        | "undo"
        | "help"
        | "teacher"
        | "student"
        | "suggested"
        | "edit";
    }
  | { does: "find"; typed: string }
  | { does: "pick"; digit: number };

const simple = {
  a: "accept",
  r: "reject",
  c: "comment",
  n: "next",
  j: "next",
  k: "back",
  u: "undo",
  t: "teacher",
  s: "student",
  m: "suggested",
  e: "edit",
  "?": "help",
} as const;

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** One key for each thing; a capital letter begins the search for a label. Null: not ours. */
export function commandOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed): KeyCommand | null {
  if (ctrlKey || metaKey || altKey) return null;
  if (/^[1-9]$/.test(key)) return { does: "pick", digit: Number(key) };
  if (key === "f" || key === "/") return { does: "find", typed: "" };
  if (shiftKey && /^\p{L}$/u.test(key)) return { does: "find", typed: key.toLowerCase() };
  return Object.hasOwn(simple, key) ? { does: simple[key as keyof typeof simple] } : null;
}

/** The shell waits this long for the second key after a `g`. */
const goWithinMs = 1_200;

/** Reads keys one after the other: `g` and what follows it go somewhere else, so that "g r" leads to the runs and rejects no row. */
export function keyReader(): (event: Pressed & { timeStamp: number }) => KeyCommand | null {
  let goAt = Number.NEGATIVE_INFINITY;
  return (event) => {
    const afterGo = event.timeStamp - goAt <= goWithinMs;
    goAt = event.key === "g" && !afterGo ? event.timeStamp : Number.NEGATIVE_INFINITY;
    return afterGo ? null : commandOf(event);
  };
}

/** For the help and the buttons. */
export const keyList: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ["a"], does: "Accept the answer as it is" },
  { keys: ["1", "…", "9"], does: "Correct to this label" },
  { keys: ["f"], does: "Find a label by typing; Shift and a letter begins with it" },
  { keys: ["t"], does: "Take the teacher's answer" },
  { keys: ["s"], does: "Take the student's answer" },
  { keys: ["m"], does: "Take the label that the quality report suggests" },
  { keys: ["e"], does: "Edit the answer" },
  { keys: ["r"], does: "Reject: the row should go" },
  { keys: ["c"], does: "Comment, then decide" },
  { keys: ["n", "j"], does: "Next: leave this row to others" },
  { keys: ["k"], does: "Back to the row before" },
  { keys: ["u"], does: "Undo the last decision" },
  { keys: ["?"], does: "Show these keys" },
];
