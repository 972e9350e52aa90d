/* What is kept in this browser: localStorage (across tabs) or sessionStorage (this tab), as JSON. A full or forbidden
   store is not an error for the person: reading gives the fallback, writing says whether it worked. */

function shelf(storage) {
  return {
    get(key, fallback = null) {
      try { return JSON.parse(storage().getItem(key)) ?? fallback; } catch { return fallback; }
    },
    set(key, value) {
      try { storage().setItem(key, JSON.stringify(value)); return true; } catch { return false; }
    },
    remove(key) {
      try { storage().removeItem(key); } catch { /* nothing was kept */ }
    },
  };
}

export const inBrowser = shelf(() => localStorage);
export const inTab = shelf(() => sessionStorage);
