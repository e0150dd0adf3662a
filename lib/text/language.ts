import { AppError } from "#lib/core/errors.ts";

/** The language of a text where it is none of the expected ones and that is beyond doubt; else null. ISO 639-1. */
export type LanguageDetector = (text: string) => string | null;

/** Shorter texts are a guess at best. */
const fewestLetters = 20;
/** Characters looked at: more makes it slower and hardly surer. */
const looked = 100;
/** How much better the other language must fit than the best expected one. Scores lie in 0..1; a sentence in its own language scores some 0.75. */
const margin = 0.06;
/** Below this the text is no language that the model knows: a code, a name, a table. */
const leastScore = 0.6;

/** What one cannot tell apart in short texts, or is written the same: one expected, all fine. */
const alike: readonly (readonly string[])[] = [
  ["no", "da"],
  ["hr", "sr", "bs", "sl"],
  ["cs", "sk"],
  ["ms", "id"],
];

type Eld = { detect(text: string): { language: string; getScores(): Record<string, number> } };
let model: Promise<Eld> | null = null;

/** Loaded once per process and only when asked for: the smallest model of eld, 60 languages, some 90 MB in memory. */
function loadModel(): Promise<Eld> {
  model ??= import("eld")
    .then(async ({ eld }) => {
      if (!("load" in eld)) throw new AppError("INTERNAL", "The language model cannot be loaded.");
      const instance = eld.newInstance();
      await instance.load("extrasmall");
      return instance;
    })
    .catch((error: unknown) => {
      model = null;
      throw error;
    });
  return model;
}

function lettersAtLeast(text: string, least: number): boolean {
  let seen = 0;
  for (let i = 0; i < text.length && seen < least; i++) {
    const code = text.charCodeAt(i);
    // A sign of Chinese, Japanese or Korean says as much as some letters do.
    if (code >= 0x3040 && code < 0xd800) seen += 3;
    else if ((code >= 0xc0 && code < 0x2000) || ((code | 32) >= 97 && (code | 32) <= 122)) seen++;
  }
  return seen >= least;
}

/** Not language: addresses, masks and figures. */
const noise = /https?:\/\/\S{1,300}|@\S{1,100}|\[[A-Z_]{2,12}\]|\d[\w-]*/g;

/**
 * Words that show a language at once, so that most rows never reach the model. Three different ones at the beginning of a text leave no
 * doubt: hardly a sentence of another language has them.
 */
const plainWords: Readonly<Record<string, string>> = {
  en: "the and that you your with this have what how why when which my are from they would should could there been where it's i'm don't can't",
  de: "der das und ist nicht ich wie ein eine auf mit für wann meine sie habe kann wurde warum zum",
  fr: "le les est une pas vous dans pour avec mon je qui sur ma comment pourquoi quand c'est j'ai",
  es: "el los las una por con pero cómo mi qué yo del cuándo dónde ha mis",
  it: "il che non per sono come della mio gli è quando perché dove nel",
  nl: "het een niet ik mijn voor hoe zijn waarom wanneer heb deze naar",
};

/** Whether the text has three different words of one language. */
function plainlyIn(text: string, words: ReadonlySet<string>): boolean {
  if (words.size === 0) return false;
  const seen = new Set<string>();
  for (const word of text
    .toLowerCase()
    .replaceAll("\u2019", "'")
    .split(/[\s.,!?;:()"]+/, 40)) {
    if (words.has(word) && seen.add(word).size === 3) return true;
  }
  return false;
}

/**
 * Makes the detector for texts that should be in one of these languages (ISO 639-1, such as "en"; a region as in "pt-BR" is left out).
 * @throws AppError INVALID for a language that the model does not know
 */
export async function loadLanguages(expected: readonly string[]): Promise<LanguageDetector> {
  const instance = await loadModel();
  const codes = expected.map((code) => code.toLowerCase().split(/[-_]/)[0] ?? "");
  const unknown = codes.find((code) => !known.has(code));
  if (codes.length === 0 || unknown !== undefined) {
    throw new AppError("INVALID", unknown ? `The language "${unknown}" is not known.` : "Name at least one language.", {
      todo: `Use codes such as en, de, fr: ${[...known].join(", ")}.`,
    });
  }
  const fine = new Set(codes.flatMap((code) => [code, ...alike.filter((group) => group.includes(code)).flat()]));
  const plain = codes.map((code) => new Set(Object.hasOwn(plainWords, code) ? plainWords[code]?.split(" ") : []));
  return (text) => {
    const said = text
      .slice(0, looked * 2)
      .replace(noise, " ")
      .slice(0, looked);
    if (!lettersAtLeast(said, fewestLetters)) return null;
    if (plain.some((words) => plainlyIn(said, words))) return null;
    const result = instance.detect(said);
    if (result.language === "" || fine.has(result.language)) return null;
    const scores = result.getScores();
    const best = scores[result.language] ?? 0;
    const ours = Math.max(0, ...[...fine].map((code) => scores[code] ?? 0));
    return best >= leastScore && best - ours >= margin ? result.language : null;
  };
}

/** Languages of the model. */
const known: ReadonlySet<string> = new Set(
  (
    "am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl no or pa pl pt ro ru " +
    "sk sl sq sr sv ta te th tl tr uk ur vi yo zh"
  ).split(" "),
);
