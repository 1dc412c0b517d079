import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

// `npm run dev` passes /api and /signup on to a running `make run`; API says where that is.
const stack = process.env.API ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [preact()],
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  // The sentences for admins stand in the API's catalogue, beside this folder.
  server: { proxy: { "/api": stack, "/signup": stack }, fs: { allow: [".", "../chalicelib/texts"] } },
});
