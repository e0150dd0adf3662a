import { pool } from "#lib/core/db.ts";
import { notFound } from "#lib/core/errors.ts";
import { query } from "#lib/core/verb.ts";
import { estimateTokens } from "#lib/llm/tokens.ts";
import { longestText, type Piece } from "#lib/text/tokenizer.ts";
import { loadProjectTokenizer, tokenizerVerbs } from "./tokenizers.ts";
import { rowTokens, shownPieces, type TokenPiece } from "./tokens-schema.ts";
import { versionRows } from "./version-rows.ts";

function shown(text: string, pieces: readonly Piece[]): TokenPiece[] {
  return pieces.map(({ id, piece, start, end }, i) => {
    const before = pieces[i - 1];
    return {
      id,
      piece,
      text: start === undefined || end === undefined ? null : text.slice(start, end),
      shared: start !== undefined && before?.start === start && before.end === end,
    };
  });
}

const tokens = query(rowTokens, async ({ input, found }) => {
  const version = found.datasetVersionId;
  const { rows } = await pool.query<{ input: string; output: string | null }>(
    `SELECT r."input", r."output" FROM ${versionRows(version)} r WHERE r."position" = $1`,
    [input.position],
  );
  const text = rows[0]?.[input.part];
  if (text === undefined || text === null) throw notFound(input.part === "output" && rows[0] ? "gold answer" : "row");
  const own = await loadProjectTokenizer(version.dataset.projectId);
  const beginning = text.slice(0, longestText);
  const pieces = own?.tokenizer.pieces(beginning) ?? [];
  const whole = beginning.length === text.length;
  const count = own ? (whole ? pieces.length : own.tokenizer.count(text)) : estimateTokens(text.length);
  return {
    position: input.position,
    part: input.part,
    characters: text.length,
    basis: own ? ("tokenizer" as const) : ("estimate" as const),
    tokenizer: own && {
      fileName: own.row.fileName,
      model: own.tokenizer.model,
      vocabulary: own.tokenizer.vocabulary,
      warnings: [...own.tokenizer.warnings],
    },
    count,
    window: input.window,
    share: count / input.window,
    priceMicros: input.pricePerMtok === undefined ? null : (count * input.pricePerMtok) / 1e6,
    pieces: shown(beginning, pieces.slice(0, shownPieces)),
    cut: own !== null && (!whole || pieces.length > shownPieces),
  };
});

/** What a row is in tokens, and the tokenizer by which they are counted. */
export const rowTokenVerbs = [tokens, ...tokenizerVerbs];
