import { AppError } from "#lib/core/errors.ts";
import { cpuSoftmax } from "./cpu-softmax/recipe.ts";
import type { Recipe } from "./recipe.ts";

/** Registry of recipes: one line a member. */
export const recipes = [cpuSoftmax] as unknown as readonly Recipe[];

/** @throws AppError INVALID for a name that is not in the registry */
export function getRecipe(name: string): Recipe {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found) return found;
  throw new AppError("INVALID", `There is no recipe "${name}".`, {
    where: "recipe",
    todo: `Use one of: ${recipes.map((recipe) => recipe.name).join(", ")}.`,
  });
}
