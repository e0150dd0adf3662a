import { defineShape } from "./shape.ts";
import { isObject } from "./values.ts";

const places = [
  "file_name",
  "hf_hub_url",
  "ms_hub_url",
  "om_hub_url",
  "script_url",
  "cloud_file_name",
  "features",
  "splits",
];

const refusal = {
  reason: "The file describes datasets (as LLaMA-Factory's dataset_info.json does); it holds no rows itself.",
  todo: "Upload the data files that it names.",
  unlabelled: false,
};

/** LLaMA-Factory's `dataset_info.json` and the `dataset_infos.json` of a Hugging Face folder: descriptions by name. */
export const datasetInfo = defineShape({
  id: "dataset-info",
  name: "Description of datasets",
  columns: [],
  mapping: { inputs: [], output: null },
  refusal,
  only: true,
  matches(object) {
    const values = Object.values(object);
    return (
      values.length > 0 &&
      values.every((value) => isObject(value) && places.some((place) => Object.hasOwn(value, place)))
    );
  },
  rows: () => [{ code: "shape", reason: refusal.reason }],
});
