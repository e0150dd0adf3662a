export { handleAuth as GET, handleAuth as POST } from "#lib/http/next-auth.ts";
