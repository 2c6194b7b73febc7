(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse($("report-data").textContent);
  document.documentElement.classList.add("js");

  const clock = (s) => {
    const t = Math.max(0, Math.round(s)), h = Math.floor(t / 3600), m = Math.floor(t / 60) % 60;
    const tail = String(t % 60).padStart(2, "0");
    return h ? `${h}:${String(m).padStart(2, "0")}:${tail}` : `${m}:${tail}`;
  };
  const spoken = (s) => {
    const t = Math.max(0, Math.round(s)), m = Math.floor(t / 60);
    return (m ? `${m} minute${m > 1 ? "s" : ""} ` : "") + `${t % 60} seconds`;
  };
  const say = (text) => { $("status").textContent = text; };

  // -- sound: every track an audio element, the first one leads, the others are kept beside it ------
  const tracks = all("audio");
  for (const audio of tracks) {
    audio.removeAttribute("controls");
    // A long data: URI cannot be sought in everywhere; a blob can.
    const cut = audio.src.startsWith("data:") ? audio.src.indexOf(";base64,") : -1;
    if (cut > 0) {
      const text = atob(audio.src.slice(cut + 8));
      const bytes = new Uint8Array(text.length);
      for (let n = 0; n < text.length; n++) bytes[n] = text.charCodeAt(n);
      audio.src = URL.createObjectURL(new Blob([bytes], { type: audio.src.slice(5, cut) }));
    }
  }
  const lead = tracks[0] || null;
  let at = 0, until = null, playing = false, chip = null, wanted = 0;

  const seek = (s) => {
    at = Math.min(Math.max(s, 0), data.duration_s);
    for (const audio of tracks) audio.currentTime = at;
    show();
  };
  const start = () => {
    if (!lead) {
      // Nothing to hear: the words of the moment are shown instead.
      const next = order[Math.min(wordAt(at) + 1, order.length - 1)];
      show();
      if (next) light(words.get(next[2]));
      return;
    }
    if (at >= data.duration_s - 0.05) seek(0);
    playing = true;
    const mine = ++wanted;
    Promise.all(tracks.map((audio) => {
      audio.playbackRate = Number($("speed").value);
      return audio.currentTime < (audio.duration || Infinity) ? audio.play() : null;
    })).catch((error) => {
      if (mine !== wanted || error.name === "AbortError") return;
      stop();
      say("The recording cannot be played here.");
      $("playing").textContent = "The recording cannot be played here.";
    });
    requestAnimationFrame(step);
    buttons();
  };
  const stop = () => {
    playing = false; until = null; wanted++;
    for (const audio of tracks) audio.pause();
    if (chip) chip.classList.remove("on");
    chip = null;
    buttons();
  };
  const playRange = (from, to, button) => {
    const again = chip !== null && chip === button && playing;
    stop();
    if (again) return;
    seek(from);
    until = to;
    chip = button;
    if (chip) chip.classList.add("on");
    start();
    say(`Playing from ${spoken(from)}`);
  };
  const step = () => {
    if (!playing) return;
    const longest = tracks.reduce((a, b) => ((b.duration || 0) > (a.duration || 0) ? b : a));
    const clockTrack = lead.ended ? longest : lead;
    at = clockTrack.currentTime;
    for (const audio of tracks) {
      const off = Math.abs(audio.currentTime - at);
      if (audio !== clockTrack && !audio.ended && !audio.seeking && off > 0.12) audio.currentTime = at;
    }
    show();
    if ((until !== null && at >= until) || tracks.every((audio) => audio.ended)) { stop(); return; }
    requestAnimationFrame(step);
  };
  const buttons = () => {
    $("toggle").setAttribute("aria-label", playing ? "Stop" : "Play");
    $("toggle").querySelector("use").setAttribute("href", playing ? "#i-stop" : "#i-play");
  };

  // -- what is being said ---------------------------------------------------------------------------
  const words = new Map(all(".w[data-w]").map((element) => [Number(element.dataset.w), element]));
  const heardOnly = all("mark.heard-only").map((element) => {
    const row = data.fillers.find((filler) => filler[0] === element.dataset.f);
    return { element, start: row ? row[3] : 0, end: row ? row[4] : 0 };
  });
  const prompts = all(".prompt[data-start]").map((element) => (
    { element, start: Number(element.dataset.start), end: Number(element.dataset.end) }
  ));
  const order = data.word_times.map((times, index) => [times[0], times[1], index]).sort((a, b) => a[0] - b[0]);
  const wordAt = (s) => {
    let low = 0, high = order.length - 1, found = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (order[middle][0] <= s + 0.03) { found = middle; low = middle + 1; } else high = middle - 1;
    }
    return found;
  };
  let lit = null;
  const light = (element) => {
    if (element === lit) return;
    if (lit) lit.classList.remove("now");
    lit = element;
    if (!lit) return;
    lit.classList.add("now");
    if ($("follow").checked) reveal(lit);
  };
  const lines = $("lines");
  const reveal = (element) => {
    // Only the transcript's own box scrolls: the page stays where the reader is.
    const box = lines.getBoundingClientRect(), spot = element.getBoundingClientRect();
    if (spot.top < box.top + 40 || spot.bottom > box.bottom - 60) {
      lines.scrollTop += spot.top - box.top - box.height / 3;
    }
  };
  const show = () => {
    const share = `${(100 * at / data.duration_s).toFixed(3)}%`;
    for (const id of ["playhead", "pace-playhead"]) {
      const line = $(id);
      if (line) { line.setAttribute("x1", share); line.setAttribute("x2", share); }
    }
    $("now").textContent = clock(at);
    const slider = $("slider");
    slider.setAttribute("aria-valuenow", at.toFixed(1));
    slider.setAttribute("aria-valuetext", spoken(at));
    const um = heardOnly.find((mark) => mark.start <= at && at < mark.end);
    const prompt = prompts.find((one) => one.start <= at && at < one.end);
    const place = wordAt(at);
    const near = place >= 0 && at < order[place][1] + 0.6;
    const element = um ? um.element : near ? words.get(order[place][2]) : prompt ? prompt.element : null;
    if (element || playing) light(element);
    if (playing) $("playing").textContent = phrase(at);
  };
  const phrase = (s) => {
    const place = wordAt(s);
    const turn = data.turns.find((one) => one[0] <= s && s < one[1]);
    if (turn && turn[2] === "interviewer") return "Interviewer";
    if (place < 0 || s > order[place][1] + 1) return "";
    const run = order.slice(Math.max(0, place - 3), place + 5).filter((one) => Math.abs(one[0] - s) < 4);
    return run.map((one) => words.get(one[2]).textContent).join(" ");
  };

  // -- timeline and pace chart: click, drag, arrows ---------------------------------------------------
  const timeOf = (event, element) => {
    const box = element.getBoundingClientRect();
    return data.duration_s * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const slider = $("slider"), tip = $("tip");
  let dragging = false;
  slider.addEventListener("pointerdown", (event) => {
    dragging = true;
    slider.setPointerCapture(event.pointerId);
    until = null;
    seek(timeOf(event, slider));
  });
  slider.addEventListener("pointermove", (event) => {
    const s = timeOf(event, slider);
    if (dragging) seek(s);
    const near = data.fillers.find((filler) => Math.abs(filler[3] - s) < data.duration_s / 300 && !rejected.has(filler[0]));
    const text = near ? `${near[1]} · ${phrase(near[3])}` : phrase(s);
    tip.textContent = text ? `${clock(s)} · ${text}` : clock(s);
    tip.hidden = false;
    tip.style.left = `${Math.min(94, Math.max(6, 100 * s / data.duration_s))}%`;
  });
  slider.addEventListener("pointerup", () => { if (dragging && !playing) start(); dragging = false; });
  slider.addEventListener("pointercancel", () => { dragging = false; });
  slider.addEventListener("pointerleave", () => { tip.hidden = true; });
  const plot = $("pace-plot");
  if (plot) plot.addEventListener("click", (event) => { stop(); seek(timeOf(event, plot)); start(); });

  const toFiller = (direction) => {
    const kept = data.fillers.filter((filler) => !rejected.has(filler[0]));
    const next = direction > 0
      ? kept.find((filler) => filler[3] - 1.2 > at + 0.15)
      : kept.filter((filler) => filler[3] - 1.2 < at - 0.6).pop();
    if (!next) return;
    playRange(Math.max(0, next[3] - 1.2), next[4] + 1.0, null);
    say(`${next[1]} at ${spoken(next[3])}`);
  };
  const move = (s) => { until = null; seek(s); };
  slider.addEventListener("keydown", (event) => {
    const actions = {
      ArrowRight: () => move(at + 2), ArrowUp: () => move(at + 2), ArrowLeft: () => move(at - 2), ArrowDown: () => move(at - 2),
      PageUp: () => move(at + 15), PageDown: () => move(at - 15), Home: () => move(0), End: () => move(data.duration_s),
      n: () => toFiller(1), p: () => toFiller(-1), " ": () => (playing ? stop() : start()), Enter: () => (playing ? stop() : start()),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  document.addEventListener("keydown", (event) => {
    const inControl = event.target.closest("button, input, select, summary, a, [role=slider]");
    if (event.key !== " " || inControl || !lead) return;
    event.preventDefault();
    if (playing) stop(); else start();
  });
  $("toggle").addEventListener("click", () => (playing ? stop() : start()));
  $("next").addEventListener("click", () => toFiller(1));
  $("previous").addEventListener("click", () => toFiller(-1));
  $("speed").addEventListener("change", () => { for (const audio of tracks) audio.playbackRate = Number($("speed").value); });
  for (const box of all("[data-track]")) {
    box.addEventListener("change", () => { $(`audio-${box.dataset.track}`).muted = !box.checked; });
  }
  document.addEventListener("click", (event) => {
    const range = event.target.closest("[data-play]");
    if (range) {
      playRange(Math.max(0, Number(range.dataset.play)), Number(range.dataset.until), range.matches("button") ? range : null);
      return;
    }
    const word = event.target.closest(".w[data-w]");
    if (word) { stop(); seek(data.word_times[Number(word.dataset.w)][0]); start(); }
  });

  // -- corrections: a filler marked 'not one', and every figure that follows ---------------------------
  const storeKey = `voice-interviewer:${data.session}:not-fillers`;
  const base = JSON.stringify(data.rejected);
  let rejected = new Set(data.rejected);
  try {
    const kept = JSON.parse(localStorage.getItem(storeKey) || "null");
    if (kept && kept.base === base) rejected = new Set(kept.not);
  } catch { /* a browser may forbid storage; the marks then last as long as the page */ }

  const keep = () => {
    try { localStorage.setItem(storeKey, JSON.stringify({ base, not: [...rejected] })); } catch { /* as above */ }
  };
  const put = (name, text) => { for (const element of all(`[data-fig="${name}"]`)) element.textContent = text; };
  const refresh = () => {
    const kept = data.fillers.filter((filler) => !rejected.has(filler[0]));
    const perMinute = (count) => (data.speaking_s > 0 ? 60 * count / data.speaking_s : 0);
    const perHundred = (count) => (data.words > 0 ? 100 * count / data.words : 0);
    for (const category of ["vocal", "lexical"]) {
      const count = kept.filter((filler) => filler[2] === category).length;
      put(`${category}_count`, count);
      put(`${category}_per_minute`, perMinute(count).toFixed(1));
      put(`${category}_per_100`, perHundred(count).toFixed(1));
      for (const marker of all(`[data-bar="${category}_per_minute"]`)) {
        const low = Number(marker.dataset.low), high = Number(marker.dataset.high);
        marker.setAttribute("cx", `${(100 * (Math.min(Math.max(perMinute(count), low), high) - low) / (high - low)).toFixed(2)}%`);
      }
      const limit = data.harmless[category];
      for (const card of all(`[data-advice="${category}_fillers"].work`)) {
        card.querySelector(".resolved").hidden = perMinute(count) > limit;
      }
    }
    const counts = new Map();
    for (const filler of kept) counts.set(filler[1], (counts.get(filler[1]) || 0) + 1);
    const most = Math.max(1, ...counts.values());
    for (const element of all("[data-token-count]")) element.textContent = counts.get(element.dataset.tokenCount) || 0;
    for (const element of all("[data-token-bar]")) {
      element.setAttribute("width", `${(100 * (counts.get(element.dataset.tokenBar) || 0) / most).toFixed(1)}%`);
    }
    for (const element of all("[data-f]")) element.classList.toggle("off", rejected.has(element.dataset.f));
    for (const row of all("[data-row]")) row.classList.toggle("rejected", rejected.has(row.dataset.row));
    for (const button of all("[data-reject]")) {
      const off = rejected.has(button.dataset.reject);
      button.setAttribute("aria-pressed", String(off));
      button.textContent = off ? "Is one" : "Not one";
    }
    for (const example of all(".examples li[data-fillers]")) {
      const ids = example.dataset.fillers.split(" ").filter(Boolean);
      if (!ids.length) continue;
      const left = kept.filter((filler) => ids.includes(filler[0]));
      example.classList.toggle("off", left.length === 0);
      const tokens = left.map((filler) => filler[1]).join(", ");
      example.querySelector(".why").textContent = left.length
        ? (left.length > 1 ? `${left.length} here: ${tokens}` : `here: ${tokens}`)
        : "marked as not a filler";
    }
    corrections();
  };
  const folder = () => {
    // Opened from the session's own folder, the page knows where that is; moved elsewhere, only its name.
    if (location.protocol !== "file:") return "";
    const parts = decodeURIComponent(location.pathname).split("/");
    if (parts.pop() !== "report.html" || parts[parts.length - 1] !== data.session) return "";
    return parts.join("/").replace(/^\/([A-Za-z]:)/, "$1");
  };
  const corrections = () => {
    const panel = $("corrections");
    if (!panel) return;
    const changed = JSON.stringify([...rejected].sort()) !== JSON.stringify([...data.rejected].sort());
    panel.hidden = !changed;
    if (!changed) return;
    const rows = data.fillers.filter((filler) => rejected.has(filler[0]));
    $("corrections-count").textContent = rows.length === 1 ? "One filler is marked as not one." : `${rows.length} fillers are marked as not one.`;
    const quote = (id) => (/^[\w@./-]+$/.test(id) ? id : `'${id.replaceAll("'", "'\\''")}'`);
    const list = rows.map((filler) => ` --reject ${quote(filler[0])}`).join("");
    $("corrections-command").textContent = `voice-interviewer report ${quote(folder() || data.session)}${list || " --reject-none"}`;
    const document_ = {
      format: "voice-interviewer.corrections/1", session: data.session,
      not_fillers: rows.map((filler) => ({ token: filler[1], start_ms: Math.round(filler[3] * 1000) })),
    };
    const link = $("corrections-download");
    if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([JSON.stringify(document_, null, 1) + "\n"], { type: "application/json" }));
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reject]");
    if (button) {
      const id = button.dataset.reject;
      if (rejected.has(id)) rejected.delete(id); else rejected.add(id);
      keep();
      refresh();
      say(rejected.has(id) ? "Marked as not a filler; the figures follow." : "Counted again; the figures follow.");
      return;
    }
    const filter = event.target.closest("[data-filter]");
    if (!filter) return;
    const on = filter.getAttribute("aria-pressed") !== "true";
    for (const other of all("[data-filter]")) other.setAttribute("aria-pressed", "false");
    filter.setAttribute("aria-pressed", String(on));
    for (const row of all("[data-row]")) row.hidden = on && row.dataset.token !== filter.dataset.filter;
  });
  if ($("corrections")) {
    $("corrections-reset").addEventListener("click", () => { rejected = new Set(data.rejected); keep(); refresh(); say("All marks are undone."); });
    $("corrections-copy").addEventListener("click", async () => {
      const text = $("corrections-command").textContent;
      try {
        await navigator.clipboard.writeText(text);
        say("The command is copied.");
        $("corrections-copy").textContent = "Copied";
      } catch {
        const range = document.createRange();
        range.selectNodeContents($("corrections-command"));
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        say("The command is selected; copy it with your keyboard.");
      }
    });
  }
  addEventListener("beforeprint", () => { for (const one of all("details:not(.data)")) one.open = true; });

  // -- a second look is under way: the file on disk will be another one ---------------------------------
  const pending = $("pending");
  if (pending) {
    const opened = Date.now(), due = Number(pending.dataset.readyAt);
    const patience = 120_000 + 2 * Math.max(0, due - opened);
    let touched = opened;
    for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) {
      addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
    }
    $("pending-renew").addEventListener("click", () => location.reload());
    const renew = setInterval(() => {
      const now = Date.now();
      if (now > due + patience) {
        clearInterval(renew);
        $("pending-text").textContent = "The second look did not come to its end; the figures are those of the first. "
          + `voice-interviewer reanalyse --listen ${data.session} makes up for it.`;
        return;
      }
      // Never under the reader's hands, nor while something plays.
      if (now >= due && !playing && now - touched > 8_000 && now - opened > 8_000) location.reload();
    }, 2_000);
  }

  refresh();
  show();
})();
