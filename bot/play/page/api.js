/** Talking to the hub. */

async function json(response) {
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

/** Everyone the page can play. */
export async function people() {
  return json(await fetch("/api/people"));
}

/** All that a person sees with a channel open; no channel shows only the list. */
export async function view(person, channel) {
  const query = new URLSearchParams({ person, ...(channel ? { channel } : {}) });
  return json(await fetch(`/api/view?${query}`));
}

/** Do something as a person. Always answers `{ok, error?, choices?}`. */
export async function act(person, action) {
  try {
    const body = JSON.stringify({ person, action });
    const headers = { "Content-Type": "application/json" };
    return await json(await fetch("/api/act", { method: "POST", headers, body }));
  } catch {
    return { ok: false, error: "Øveserveren svarer ikke. Kører den stadig?" };
  }
}

/** Call `changed` whenever something may look different, and `connected(boolean)` as the line comes and goes. */
export function follow(changed, connected) {
  const source = new EventSource("/api/events");
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
  source.onmessage = changed;
}

/** A chosen file as the hub takes it. */
export function upload(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error);
    reader.onload = () => resolve({ name: file.name, data: String(reader.result).split(",", 2)[1] ?? "" });
    reader.readAsDataURL(file);
  });
}
