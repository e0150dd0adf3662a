/** What people and technicians write about one queue. Templates of `../templates.ts`; all of it made up for this project. */
export interface PhraseBank {
  subjects: readonly string[];
  /** first sentence, in the words of the person who has the problem (L1) */
  symptoms: readonly string[];
  /** a second sentence that adds evidence */
  details: readonly string[];
  /** findings in the words of a technician (L2) */
  notes: readonly string[];
  /** says next to nothing: such tickets are hard for everybody */
  vague: readonly string[];
}
