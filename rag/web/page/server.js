// What the page asks its server for.

export const get = async (path) => (await fetch(path)).json();

// Return the response to what was sent, null where it was refused or the server is away.
export async function send(path, body) {
  const headers = { "Content-Type": "application/json" };
  const answered = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
  return answered?.ok ? answered : null;
}

export const reachable = async () => (await fetch("healthz").catch(() => null))?.ok ?? false;
