import { z } from "zod";
import { endpoint, Instant, Page, pageOf, QueryFlag, ref } from "#lib/core/endpoint.ts";
import { DecisionAction, DoubtReason, ItemState } from "./schema.ts";

/** Characters of a text that the queue carries. */
export const shownChars = 20_000;
/** Longest answer that a reviewer may type. */
const answerChars = 100_000;

const ClientId = z.string().regex(/^[\w-]{8,64}$/, "8 to 64 letters, digits, - or _");
const Tab = z.string().regex(/^[\w-]{8,64}$/, "8 to 64 letters, digits, - or _");
const Seq = z.int().min(1);

/** What a person sees of an item. */
export const QueueItem = z.object({
  seq: Seq,
  position: z.int(),
  input: z.string(),
  /** the input is longer than shown */
  cut: z.boolean(),
  /** what accepting means: the gold answer, else the teacher's */
  current: z.string().nullable(),
  gold: z.string().nullable(),
  teacher: z.string().nullable(),
  student: z.string().nullable(),
  confidence: z.number().nullable(),
  reasons: z.array(DoubtReason),
  remark: z.string(),
  /** the label that a quality report suggests instead */
  suggested: z.string().nullable(),
  doubt: z.number(),
  /** rows that the decision stands for */
  copies: z.int(),
});
export type QueueItem = z.infer<typeof QueueItem>;

export const reviewNext = endpoint({
  name: "review.next",
  method: "POST",
  path: "/reviews/:reviewId/next",
  permission: "review.write",
  summary: "Leases the most doubtful items that nobody else has in front of them, and renews the leases one has.",
  input: z.object({
    reviewId: ref("review"),
    tab: Tab.meta({ description: "names the window: two windows of one person get different items" }),
    have: z.array(Seq).max(200).default([]).meta({ description: "items in hand, whose leases are renewed" }),
    limit: z.int().min(0).max(50).default(20),
  }),
  output: z.object({
    items: z.array(QueueItem),
    /** of `have`: no longer the caller's, because they are decided or somebody else's */
    lost: z.array(Seq),
    /** items left for the caller, those in hand included */
    remaining: z.int(),
    decided: z.int(),
    open: z.boolean(),
  }),
});

export const Decision = z.object({
  seq: Seq,
  clientId: ClientId.meta({ description: "the same decision sent twice is one" }),
  action: z.enum([...DecisionAction.options, "undo"]),
  answer: z.string().max(answerChars).nullable().default(null),
  comment: z.string().trim().max(2_000).default(""),
  tookMs: z.number().min(0).max(86_400_000).default(0),
});
export type Decision = z.infer<typeof Decision>;

/**
 * stored: it counts; repeated: it was stored before; kept: the caller has decided this item otherwise, that stays; late: the lease ran
 * out and others have the item, or it is settled; invalid: no possible answer; closed: the review is.
 */
export const Outcome = z.enum(["stored", "repeated", "kept", "late", "invalid", "closed"]);
export type Outcome = z.infer<typeof Outcome>;

export const reviewDecide = endpoint({
  name: "review.decide",
  method: "POST",
  path: "/reviews/:reviewId/decisions",
  permission: "review.write",
  summary: "Stores decisions in the order given, each at most once, and takes back those that are undone.",
  input: z.object({ reviewId: ref("review"), decisions: z.array(Decision).min(1).max(100) }),
  output: z.object({
    results: z.array(
      z.object({ seq: z.int(), clientId: z.string(), outcome: Outcome, message: z.string().nullable() }),
    ),
  }),
});

export const reviewSettle = endpoint({
  name: "review.settle",
  method: "POST",
  path: "/reviews/:reviewId/items/:seq/settle",
  permission: "review.manage",
  summary: "Decides an item for good, or asks a third person where two disagree.",
  input: z.object({
    reviewId: ref("review"),
    seq: z.coerce.number().int().min(1),
    action: z.enum(["accept", "correct", "reject", "ask"]),
    answer: z.string().max(answerChars).nullable().default(null),
  }),
  output: z.object({ seq: z.int(), state: ItemState }),
});

const Turn = z.object({
  userId: z.uuid(),
  name: z.string(),
  action: DecisionAction,
  answer: z.string().nullable(),
  comment: z.string(),
  decidedAt: Instant,
});

export const ReviewItem = QueueItem.extend({
  state: ItemState,
  outcome: z.enum(["keep", "reject"]).nullable(),
  answer: z.string().nullable(),
  settledBy: z.string().nullable(),
  turns: z.array(Turn),
});
export type ReviewItem = z.infer<typeof ReviewItem>;

const Text = z.string().max(10_000).optional();

export const reviewItems = endpoint({
  name: "review.items",
  method: "GET",
  path: "/reviews/:reviewId/items",
  permission: "data.read",
  summary: "Items of a review with who decided what, in the order of doubt.",
  input: Page.extend({
    reviewId: ref("review"),
    state: ItemState.optional(),
    reason: DoubtReason.optional(),
    userId: z.uuid().optional().meta({ description: "only items that this person decided" }),
    action: DecisionAction.optional().meta({ description: "by that person, or by anybody" }),
    answer: Text.meta({ description: "only items that the person, or anybody, gave this answer" }),
    alsoBy: z.uuid().optional().meta({ description: "and that this person decided too" }),
    teacher: Text.meta({ description: "only items with this answer of the teacher" }),
    agrees: QueryFlag.optional().meta({
      description: "whether the two people, else person and teacher, say the same",
    }),
    commented: QueryFlag.optional(),
  }),
  output: pageOf(ReviewItem).extend({ total: z.int() }),
});

/** A coefficient with what it rests on. `tooFew`: not enough rows to say anything. */
export const Coefficient = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  method: z.string(),
  rows: z.int(),
  agreed: z.int(),
  tooFew: z.boolean(),
});
export type Coefficient = z.infer<typeof Coefficient>;

const Person = z.object({ userId: z.uuid(), name: z.string() });

export const Agreement = z.object({
  /** what was compared: the label, or only accept, correct, reject where answers are texts */
  unit: z.enum(["label", "action"]),
  /** Krippendorff's alpha of all people, and of all people and the teacher */
  people: Coefficient,
  withTeacher: Coefficient.nullable(),
  /** Cohen's kappa of every two people who decided the same rows */
  pairs: z.array(z.object({ a: Person, b: Person, kappa: Coefficient })),
  /** Cohen's kappa of each person and the teacher */
  teacher: z.array(
    z.object({
      person: Person,
      kappa: Coefficient,
      /** where they differ, most frequent first, at most 50 */
      confused: z.array(z.object({ teacher: z.string(), answer: z.string(), rows: z.int() })),
    }),
  ),
  /** rows drawn at random whose current answer people did not accept: the error rate of the version */
  audit: z
    .object({
      rows: z.int(),
      wrong: z.int(),
      value: z.number(),
      low: z.number(),
      high: z.number(),
      tooFew: z.boolean(),
    })
    .nullable(),
});
export type Agreement = z.infer<typeof Agreement>;

export const reviewAgreement = endpoint({
  name: "review.agreement",
  method: "GET",
  path: "/reviews/:reviewId/agreement",
  permission: "data.read",
  summary: "How far people agree with one another and with the teacher, beyond chance.",
  input: z.object({
    reviewId: ref("review"),
    audit: QueryFlag.default(false).meta({ description: "only rows drawn at random, not those chosen by doubt" }),
  }),
  output: Agreement,
});
