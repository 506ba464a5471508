// A small identity provider, for who signs in with a browser: "OpenID Connect Core 1.0", 3.1, with PKCE
// (RFC 7636). Prints its port, and ends with its standard input.
//
//     node provider.cjs
"use strict";
const crypto = require("crypto");
const http = require("http");

const { publicKey, privateKey } = crypto.generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const jwk = { ...publicKey.export({ format: "jwk" }), kid: "1", alg: "ES256", use: "sig" };
const codes = new Map();
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

function sign(claims) {
  const text = `${encode({ alg: "ES256", kid: "1" })}.${encode(claims)}`;
  return `${text}.${crypto.sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

const server = http.createServer((request, answer) => {
  // Not the address of the server's pages: to a browser this is another site.
  const issuer = `http://localhost:${server.address().port}`;
  const url = new URL(request.url, issuer);
  const say = (value, status = 200) => { answer.writeHead(status, { "content-type": "application/json" }); answer.end(JSON.stringify(value)); };
  let body = "";
  request.on("data", (it) => { body += it; });
  request.on("end", () => {
    const form = new URLSearchParams(body);
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return say({ issuer, jwks_uri: `${issuer}/keys`, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` });
      case "/keys":
        return say({ keys: [jwk] });
      case "/authorize":
        answer.setHeader("content-type", "text/html");
        return answer.end(`<title>Provider</title><form method=post action="/login?${url.searchParams}"><input name=user><button>go</button></form>`.replaceAll("&", "&amp;"));
      case "/login": {
        const code = crypto.randomUUID();
        codes.set(code, { asked: url.searchParams, user: form.get("user") });
        const back = new URL(url.searchParams.get("redirect_uri"));
        back.search = new URLSearchParams({ code, state: url.searchParams.get("state") });
        // The server's port is not known when its configuration is written: what is registered names this one.
        answer.writeHead(303, { location: back.href.replace("http://127.0.0.1/", base) });
        return answer.end();
      }
      case "/base":
        base = url.searchParams.get("is");
        return say({});
      case "/token": {
        const known = codes.get(form.get("code"));
        codes.delete(form.get("code"));
        const challenge = crypto.createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
        if (known?.asked.get("code_challenge") !== challenge) { return say({ error: "invalid_grant" }, 400); }
        const now = Math.floor(Date.now() / 1000);
        const claims = { iss: issuer, sub: known.user, iat: now, exp: now + 300 };
        return say({
          token_type: "Bearer",
          id_token: sign({ ...claims, aud: "web", nonce: known.asked.get("nonce") }),
          access_token: sign({ ...claims, aud: "deepfix", tenant: "a", scope: known.user === "guest" ? "" : "read analyse" }),
        });
      }
      default:
        return say({ error: "not_found" }, 404);
    }
  });
});
let base = "";
server.listen(0, "localhost", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
