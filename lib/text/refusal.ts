/**
 * Whether an answer declines instead of answering. Only how it begins counts: an answer may quote such words later, and a list of
 * alternatives behind "I can't help with that" is still a refusal. Patterns are plain alternations: linear in the 400 characters looked at.
 */

const looked = 400;

/** What is refused, so that "I can't make it on Friday" is none. */
const help =
  "help|assist|provide|fulfil|satisfy|answer|offer|support|condone|engage|comply|give|create|generate|suggest|recommend|promote|discuss|do (?:that|this|so)|" +
  "tell|explain|encourage|respond|access|predict|participate|disclose|write|share|facilitate|advise|determine|say|describe|speculate|endorse|agree|make (?:any|such|a|assumptions)\\b";
const few = String.raw`(?:\w+ ){0,2}`;

/** What a refusal says first, by language, on lower-case text with straight apostrophes and single spaces. */
const openings: Readonly<Record<string, readonly string[]>> = {
  en: [
    String.raw`(?:i'?m|i am|we'?re|we are) (?:\w+ )?sorry,? (?:but|however)`,
    String.raw`(?:i'?m|i am) (?:\w+ )?sorry\b[^.!?]{0,120}(?:can'?t|cannot|unable|not able|won't)`,
    String.raw`sorry,? (?:but )?(?:i|we|as an ai)\b`,
    "(?:my |i )?apologi[sz]e[^.!?]{0,40}(?:but|cannot|can't)",
    `i (?:can'?t|cannot|can not|won't|will not|must not|could not|am unable to|am not able to) ${few}(?:${help})`,
    "i (?:am not in a position to|must decline|have to decline|do not feel comfortable|don't feel comfortable|would rather not (?:answer|say|discuss))",
    `i'm (?:unable|not able|not going|not programmed) to ${few}(?:${help})`,
    "i'm not comfortable",
    String.raw`i do(?:n't| not) (?:think|believe) (?:it's|it is|that's|that is|this is|it would be) (?:\w+ ){0,2}(?:appropriate|ethical|respectful|safe|fair|right)`,
    String.raw`i(?:'m| am) (?:just |only )an ai\b`,
    String.raw`as (?:an? )?(?:\w+ ){0,4}(?:ai|language model|assistant)\b[^.!?]{0,160}(?:can'?t|cannot|unable|not able|not capable|won't|will not|not appropriate|must decline|(?:do not|don't) (?:support|promote|condone|encourage|endorse|engage|participate|have (?:access|the (?:ability|capability))))`,
    "i am an ai (?:language )?model and (?:do not|cannot)",
    "i must (?:clarify|emphasize|inform you|point out) that[^.!?]{0,80}(?:not (?:ethical|appropriate|acceptable)|never (?:appropriate|acceptable)|illegal|unethical)",
    "it(?: is|'s| would be| wouldn't be| would not be| is never|'s never) (?:not |never |highly |very |completely )?(?:appropriate|inappropriate|ethical|unethical|acceptable|unacceptable|(?:safe|legal) or|illegal (?:and|or) )",
    "(?:your|this|the) (?:request|question|prompt) (?:goes|violates|is (?:harmful|inappropriate|offensive|illegal))",
    String.raw`(?:request|answer|response) (?:was )?(?:declined|refused)\b`,
  ],
  de: [
    String.raw`(?:es )?tut mir (?:sehr |wirklich )?leid,? (?:aber|doch|ich|das\b)`,
    String.raw`entschuldigung,? (?:aber )?(?:ich|das|dabei)\b`,
    "leider (?:kann|darf) ich",
    String.raw`(?:ich|dabei|dies|das) (?:kann|darf|werde|möchte) (?:ich )?(?:dir |ihnen |dabei |das |diese |dazu |hier |leider ){0,4}(?:nicht|keine)\b`,
    String.raw`als (?:ki\b|künstliche intelligenz|sprachmodell)[^.!?]{0,80}(?:kann|darf|nicht)`,
  ],
  fr: [
    "(?:je suis )?(?:vraiment )?(?:désolé|désolée|navré)[^.!?]{0,30}(?:mais|je ne)",
    "je (?:ne peux pas|ne suis pas en mesure|ne saurais|regrette)",
    "en tant qu(?:e |')(?:ia|intelligence|modèle|assistant)[^.!?]{0,80}(?:ne |pas)",
    "malheureusement,? je ne",
  ],
  es: [
    "lo (?:siento|lamento)[^.!?]{0,40}(?:pero|no )",
    "no (?:puedo|podré|me es posible) (?:ayudar|proporcionar|responder|cumplir|hacer|dar|generar|ofrecer)",
    "como (?:una? )?(?:ia|inteligencia artificial|modelo de lenguaje|asistente)[^.!?]{0,80}no ",
    "disculpa[^.!?]{0,30}(?:pero|no )",
  ],
  it: [
    "mi (?:dispiace|scuso)[^.!?]{0,40}(?:ma |non )",
    "non (?:posso|sono in grado)",
    "come (?:ia|intelligenza artificiale|modello linguistico|assistente)[^.!?]{0,80}non ",
    "purtroppo non posso",
  ],
  pt: [
    "(?:desculpe|lamento|sinto muito)[^.!?]{0,40}(?:mas|não )",
    "não (?:posso|consigo|sou capaz)",
    "como (?:uma? )?(?:ia|inteligência artificial|modelo de linguagem|assistente)[^.!?]{0,80}não ",
    "infelizmente,? não posso",
  ],
  nl: [
    "het spijt me,? (?:maar|dat ik)",
    "sorry,? (?:maar )?ik kan",
    "ik kan (?:je |u |hier |dat |daar |deze |helaas ){0,4}(?:niet|geen)",
    "als (?:een )?(?:ai|taalmodel)[^.!?]{0,80}(?:niet|geen)",
    "helaas kan ik",
  ],
  pl: [
    "(?:bardzo )?(?:przepraszam|przykro mi)[^.!?]{0,40}(?:ale|nie )",
    "nie mogę",
    "jako (?:model|sztuczna)[^.!?]{0,80}nie ",
    "niestety,? nie mogę",
  ],
  ru: [
    "(?:извините|простите|к сожалению|мне жаль)[^.!?]{0,40}(?:но |не )",
    "я не (?:могу|буду)",
    "как (?:языковая модель|ии|искусственный)[^.!?]{0,80}не ",
  ],
  tr: [
    "(?:üzgünüm|özür dilerim|maalesef)[^.!?]{0,80}(?:ama |ancak |olamam|edemem|veremem|yapamam|olamıyorum|edemiyorum)",
  ],
  ja: [
    "(?:大変)?申し訳(?:ありません|ございません)[^。]{0,60}(?:が|できません|できかねます)",
    "(?:すみません|ごめんなさい)が",
    "お答えできません",
  ],
  zh: [
    "(?:很|非常)?(?:抱歉|对不起|對不起)[^。]{0,40}(?:不能|无法|無法|不会)",
    "我(?:不能|无法|無法)",
    "作为(?:一个)?(?:ai|人工智能|语言模型)[^。]{0,60}(?:不能|无法)",
  ],
  ko: ["(?:죄송|미안)[^.]{0,40}(?:지만|만 |수 없)"],
  ar: ["(?:أنا )?(?:آسف|عذر|أعتذر)[^.!؟]{0,40}(?:لكن|لا )", "لا (?:أستطيع|يمكنني)"],
  hi: ["(?:मुझे )?(?:खेद|माफ़|क्षमा)[^।.!?]{0,60}(?:नहीं|लेकिन)"],
};

const opening = new RegExp(`^(?:${Object.values(openings).flat().join("|")})`);

/** Behind a polite or empty first sentence a refusal may begin in the second, in English only where it is plain. */
const later =
  /[.!?:] (?:however,? |but )?(?:i (?:can'?t|cannot|can not) (?:\w+ ){0,2}(?:help|assist|provide|fulfill|satisfy|answer|offer|support|condone|engage|comply|give|create|generate|suggest)|(?:i'm|i am) (?:unable|not able|not programmed) to|(?:i'm|i am) (?:just |only )?an ai\b|it(?:'s| is) not (?:appropriate|ethical|acceptable|okay)|i must decline)/;

/** Fillers before the refusal proper. */
const filler =
  /^(?:(?:hello|hi|hey|no|yes|sorry|thanks?(?: you)?(?: for (?:your|the|reaching)[^.!?]{0,60})?|unfortunately|well|oh|ah|hmm|dear user|answer|response)[,.!:]? ){1,2}/;

function fold(text: string): string {
  return text
    .slice(0, looked)
    .toLowerCase()
    .replace(/[\u2018\u2019\u02BC`]/g, "'")
    .replace(/[\s\u00A0]+/g, " ")
    .replace(/^[^\p{L}]{1,12}/u, "");
}

/** Whether the answer begins as refusals do, in any of 15 languages. */
export function looksRefused(answer: string): boolean {
  if (answer.length < 6) return false;
  const text = fold(answer);
  return opening.test(text) || opening.test(text.replace(filler, "")) || later.test(text);
}
