/** Where a bucket is and with which keys, as typed. */
export type BucketPlace = {
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
  sessionToken: string;
};

/** As the endpoints take it: an empty region is the server's default. */
export function placeInput({ region, ...place }: BucketPlace) {
  return { ...place, ...(region.trim() === "" ? {} : { region }) };
}
