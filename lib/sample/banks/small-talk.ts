/** What surrounds the problem in a ticket, whatever the queue. Templates of `../templates.ts`. */
export const greetings = [
  "Hi,",
  "Hello,",
  "Hi team,",
  "Dear service desk,",
  "Good morning,",
  "Hello IT,",
  "Hey,",
  "",
] as const;

export const openers = [
  "Sorry to bother you.",
  "I hope you can help.",
  "Second attempt, my first ticket was closed.",
  "As discussed on the phone:",
  "Not sure who is in charge.",
  "It is me again.",
] as const;

export const impacts = [
  "I cannot work like this.",
  "It is not urgent, this week would be fine.",
  "We have a deadline on {day}.",
  "{team} is waiting for me.",
  "The customer is already annoyed.",
  "There is a workaround, but it takes ages.",
  "{number} colleagues have the same.",
  "It started {when}.",
  "I already restarted everything twice.",
  "This is the [second|third] time this month.",
] as const;

/** Names other services without being about them: what makes counting keywords a poor strategy. */
export const distractors = [
  "Outlook and Teams are fine.",
  "The VPN is connected.",
  "Printing works, by the way.",
  "I could log in to SAP without trouble.",
  "I am writing from my phone because of it.",
  "My laptop was replaced {when}.",
  "I got a new password last week.",
  "Wi-Fi is good here.",
  "The mailbox was moved last month, in case that matters.",
  "It has nothing to do with the headset that you sent.",
  "The network drive is there.",
  "I had just printed something.",
  "My account is new, I started last month.",
  "The database people said it is not theirs.",
  "{app} was updated on the same day.",
  "It is in the same room as the new printer.",
  "The phone line is fine.",
] as const;

export const closers = [
  "Thanks",
  "Thank you",
  "Many thanks",
  "Kind regards",
  "Best",
  "Cheers",
  "Please call me: {extension}",
  "",
] as const;

export const vagueSubjects = [
  "Help",
  "Problem",
  "Urgent!!",
  "Not working",
  "Question",
  "Issue since {when}",
  "(no subject)",
  "Please help",
] as const;

export const ambiguousJoints = [
  "At the same time:",
  "Also,",
  "And, I do not know whether it belongs together:",
  "Besides,",
  "While I write:",
  "Maybe connected:",
] as const;

export const noteOpeners = [
  "Escalated from L1.",
  "L1 handover, first-line steps done.",
  "2nd level please.",
  "Passed on after 30 minutes of first-line work.",
  "L1 note:",
] as const;

export const noteClosers = [
  "User available until 16:00.",
  "Priority [P2|P3|P4] agreed.",
  "Please take over.",
  "Knowledge article did not help.",
  "Remote session possible any time.",
  "Affected CI: {asset}.",
] as const;
