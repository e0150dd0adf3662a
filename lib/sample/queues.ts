/** The queues of the fictional service desk, with what the generator and the sample teacher need to know of each. */
export const queues = [
  "identity-access",
  "email",
  "hardware",
  "software-install",
  "network",
  "vpn",
  "erp-sap",
  "printing",
  "onboarding",
  "telephony",
  "storage-backup",
  "security-incident",
  "database",
  "facilities",
  "out-of-scope",
] as const;

export type QueueName = (typeof queues)[number];

interface QueueFacts {
  /** share of tickets in per cent before rounding; skewed as service desks are */
  share: number;
  /** where a hurried person (or a model) sends such a ticket by mistake, likeliest first */
  confusedWith: readonly QueueName[];
  /** words that speak for the queue; the sample teacher counts them for tickets it does not know */
  keywords: readonly string[];
}

export const queueFacts: Record<QueueName, QueueFacts> = {
  "identity-access": {
    share: 16.5,
    confusedWith: ["onboarding", "email", "vpn"],
    keywords: ["password", "account", "locked", "login", "sign in", "mfa", "authenticator", "permission", "role"],
  },
  email: {
    share: 12,
    confusedWith: ["identity-access", "software-install", "security-incident"],
    keywords: ["outlook", "mailbox", "mail", "calendar", "inbox", "distribution list", "bounce", "attachment"],
  },
  hardware: {
    share: 11,
    confusedWith: ["printing", "facilities", "software-install"],
    keywords: ["laptop", "screen", "monitor", "keyboard", "battery", "docking", "charger", "mouse", "fan"],
  },
  "software-install": {
    share: 10,
    confusedWith: ["hardware", "identity-access", "onboarding"],
    keywords: ["install", "licence", "software", "version", "update", "uninstall", "software centre", "package"],
  },
  network: {
    share: 8.5,
    confusedWith: ["vpn", "telephony", "facilities"],
    keywords: ["wi-fi", "wifi", "network", "switch", "dns", "internet", "packet", "lan", "firewall", "cable"],
  },
  vpn: {
    share: 8,
    confusedWith: ["network", "identity-access"],
    keywords: ["vpn", "tunnel", "remote access", "gateway", "home office", "split tunnel"],
  },
  "erp-sap": {
    share: 7,
    confusedWith: ["database", "identity-access"],
    keywords: ["sap", "transaction", "purchase order", "posting", "fiori", "idoc", "goods receipt", "cost centre"],
  },
  printing: {
    share: 6.5,
    confusedWith: ["hardware", "network"],
    keywords: ["printer", "print", "toner", "paper jam", "scan", "label printer", "queue", "driver"],
  },
  onboarding: {
    share: 4.5,
    confusedWith: ["identity-access", "hardware"],
    keywords: ["new starter", "new joiner", "first day", "joins", "onboarding", "leaver", "starts on"],
  },
  telephony: {
    share: 4,
    confusedWith: ["network", "hardware"],
    keywords: ["phone", "call", "headset", "extension", "voicemail", "hotline", "dial", "sim"],
  },
  "storage-backup": {
    share: 3.5,
    confusedWith: ["database", "network"],
    keywords: ["restore", "backup", "share", "drive", "quota", "folder", "snapshot", "disk space"],
  },
  "security-incident": {
    share: 3,
    confusedWith: ["email", "identity-access"],
    keywords: ["phishing", "suspicious", "malware", "virus", "ransom", "leak", "stolen", "compromised", "clicked"],
  },
  database: {
    share: 2.5,
    confusedWith: ["erp-sap", "storage-backup"],
    keywords: ["database", "sql", "query", "deadlock", "tablespace", "replica", "schema", "postgres", "oracle"],
  },
  facilities: {
    share: 1.5,
    confusedWith: ["hardware", "out-of-scope"],
    keywords: ["badge", "door", "room", "projector", "desk", "air conditioning", "parking", "light"],
  },
  "out-of-scope": {
    share: 1.5,
    confusedWith: ["facilities", "onboarding"],
    keywords: ["invoice", "canteen", "holiday", "payroll", "unsubscribe", "offer", "survey", "leasing"],
  },
};
