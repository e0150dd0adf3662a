import { resumableUpload } from "#lib/http/tus.ts";

export const dynamic = "force-dynamic";

/** Methods and headers are those of the tus protocol, which no verb can speak: see `resumableUpload`. */
export {
  resumableUpload as DELETE,
  resumableUpload as GET,
  resumableUpload as HEAD,
  resumableUpload as OPTIONS,
  resumableUpload as PATCH,
  resumableUpload as POST,
};
