// The editor of definition files: a textarea that gains colours, problems at their place,
// completion and saving while typing. Without it the textarea is posted as any other.
//
// It lives in a shadow root, where its style sheets are adopted: the content policy of the
// pages allows no inline styles.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, toggleComment } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { yaml } from "@codemirror/lang-yaml";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const SAVE_AFTER = 300; // milliseconds without a key
const TRY_AGAIN_AFTER = 4000; // milliseconds after a save that failed

const PHRASES = {
  "Find": "查找", "Replace": "替换", "next": "下一个", "previous": "上一个", "all": "全部",
  "match case": "区分大小写", "regexp": "正则", "by word": "整词", "replace": "替换",
  "replace all": "全部替换", "close": "关闭", "Completions": "候选", "No diagnostics": "没有问题",
  "Diagnostics": "问题", "Go to line": "转到行", "go": "转到", "Folded lines": "已折叠的行",
  "Unfolded lines": "已展开的行", "to": "到", "folded code": "已折叠", "unfold": "展开",
  "Fold line": "折叠", "Unfold line": "展开", "current match": "当前匹配", "on line": "所在行",
};

const COLOURS = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: "#0b5cad" },
  { tag: tags.string, color: "#1a6b33" },
  { tag: tags.comment, color: "#5f6b7a", fontStyle: "italic" },
  { tag: [tags.number, tags.bool, tags.null], color: "#8a3b00" },
  { tag: [tags.keyword, tags.labelName, tags.typeName], color: "#7a2b8f" },
  { tag: tags.invalid, color: "#b3261e" },
]);

const LOOK = EditorView.theme({
  "&": { fontSize: "0.875rem", height: "100%", backgroundColor: "#fff" },
  "&.cm-focused": { outline: "2px solid #0b5cad" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'Noto Sans Mono CJK SC', Menlo, Consolas, monospace", lineHeight: "1.55" },
  ".cm-gutters": { backgroundColor: "#f4f6f9", color: "#5f6b7a", borderRight: "1px solid #d9dfe7" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "#eef4fb" },
  ".cm-tooltip": { maxWidth: "36rem" },
  ".cm-completionDetail": { color: "#5f6b7a", fontStyle: "normal" },
});

function offset(doc, line, column) {
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(found.from + Math.max(column - 1, 0), found.to);
}

function marks(doc, problems) {
  return problems.map((problem) => {
    const from = offset(doc, problem.line, problem.column);
    const to = Math.max(offset(doc, problem.end_line, problem.end_column), Math.min(from + 1, doc.length));
    return { from, to, severity: problem.severity, message: problem.sentence, source: problem.code };
  });
}

class Editor {
  constructor(host) {
    this.host = host;
    this.area = host.querySelector("textarea");
    this.status = host.querySelector("[data-editor-status]");
    this.version = host.dataset.version;
    this.choice = host.querySelector("[data-editor-choice]");
    this.kept = this.area.value; // the text as the server has it
    this.other = null; // what was saved in another window meanwhile
    this.saving = null;
    this.again = false;
    const readOnly = this.area.readOnly;
    const frame = document.createElement("div");
    frame.className = "editor__frame";
    this.area.before(frame);
    this.area.hidden = true;
    const button = host.querySelector("[data-editor-button]");
    if (button) { button.hidden = true; }
    const root = frame.attachShadow({ mode: "open" });
    this.view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: this.area.value,
        extensions: [
          lineNumbers(), foldGutter(), lintGutter(), history(), drawSelection(), bracketMatching(), closeBrackets(),
          highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(), search({ top: true }),
          indentUnit.of("  "), EditorState.tabSize.of(2), yaml(), syntaxHighlighting(COLOURS), LOOK,
          document.documentElement.lang.startsWith("zh") ? EditorState.phrases.of(PHRASES) : [],
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ "aria-label": this.area.getAttribute("aria-label") || "", spellcheck: "false" }),
          autocompletion({ override: [(context) => this.complete(context)] }),
          keymap.of([
            { key: "Mod-s", preventDefault: true, run: () => { this.save(); return true; } },
            { key: "Mod-/", run: toggleComment },
            ...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap,
            ...lintKeymap, ...defaultKeymap, indentWithTab,
          ]),
          EditorView.updateListener.of((update) => this.changed(update)),
        ],
      }),
    });
    this.view.scrollDOM.tabIndex = 0;
    this.show(JSON.parse(host.dataset.problems || "[]"));
  }

  changed(update) {
    if (update.docChanged) {
      this.area.value = this.view.state.doc.toString();
      if (!this.quiet) {
        this.say(this.host.dataset.unsaved);
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(() => this.save(), SAVE_AFTER);
      }
    }
    if (update.docChanged || update.selectionSet) { this.follow(); }
  }

  // The step or field that the cursor is in is marked beside the text.
  follow() {
    const line = this.view.state.doc.lineAt(this.view.state.selection.main.head).number;
    document.querySelectorAll("[data-from-line]").forEach((each) => {
      const inside = Number(each.dataset.fromLine) <= line && line <= Number(each.dataset.toLine);
      each.classList.toggle("is-current", inside);
    });
  }

  say(text, kind) {
    if (this.status) { this.status.textContent = text || ""; this.status.dataset.kind = kind || ""; }
  }

  show(problems) {
    this.view.dispatch(setDiagnostics(this.view.state, marks(this.view.state.doc, problems)));
  }

  isUnsaved() { return this.area.value !== this.kept; }

  isBehind() { return Boolean(this.timer || this.saving || this.again || this.isUnsaved()); }

  // Whether the server has the text; what could not be saved stays on the page.
  async settled() {
    if (this.saving) { await this.saving; }
    if (this.isUnsaved()) { await this.save(); }
    return !this.isUnsaved();
  }

  async save() {
    window.clearTimeout(this.timer);
    this.timer = null;
    window.clearTimeout(this.retry);
    if (this.saving) { this.again = true; await this.saving; return; }
    if (new Blob([this.area.value]).size > Number(this.host.dataset.most)) {
      this.say(this.host.dataset.tooLong, "danger");
      return;
    }
    this.say(this.host.dataset.working);
    const body = new FormData();
    body.set("csrf_token", this.host.dataset.token);
    body.set("path", this.host.dataset.path);
    body.set("version", this.version);
    body.set("text", this.area.value);
    this.saving = this.send(body);
    await this.saving;
    this.saving = null;
    if (this.again) { this.again = false; await this.save(); }
  }

  // A sign-in that has run out begins anew in another window, with another token.
  async takeToken() {
    const answer = await fetch(document.getElementById("beside").dataset.url, { redirect: "manual" });
    if (answer.type === "opaqueredirect") { return false; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const told = page.querySelector("[data-token]");
    if (told) {
      this.host.dataset.token = told.dataset.token;
      document.querySelectorAll("input[name=csrf_token]").forEach((each) => { each.value = told.dataset.token; });
    }
    return true;
  }

  failed(status, sentence) {
    const signedOut = status === 401 || status === 400;
    const later = signedOut || status === 0 || status >= 500;
    this.say(signedOut ? this.host.dataset.signedOut : sentence || this.host.dataset.failed, "danger");
    this.host.querySelector("[data-editor-sign-in]").hidden = !signedOut;
    if (!later) { return; }
    this.retry = window.setTimeout(async () => {
      try {
        if (signedOut && !await this.takeToken()) { this.failed(status); return; }
      } catch (error) { this.failed(0); return; }
      if (this.isUnsaved()) { this.save(); }
    }, TRY_AGAIN_AFTER);
  }

  // The same file was saved in another window: both texts are there, the author chooses.
  ask(other, sentence) {
    this.other = other;
    this.say(sentence, "danger");
    this.choice.hidden = false;
  }

  choose(which) {
    const other = this.other;
    this.other = null;
    this.choice.hidden = true;
    if (which === "mine") {
      this.version = String(other.version);
      this.save();
    } else {
      // It can be undone as if it were typed.
      this.replace(other.text, String(other.version));
      this.say("");
      document.dispatchEvent(new CustomEvent("editor:saved"));
    }
    this.view.focus();
  }

  async send(body) {
    try {
      const answer = await fetch(this.host.dataset.save, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
      const type = answer.headers.get("Content-Type") || "";
      const found = type.includes("json") ? await answer.json() : {};
      if (answer.ok) {
        this.version = String(found.version);
        this.kept = body.get("text");
        this.host.querySelector("[data-editor-sign-in]").hidden = true;
        this.show(found.problems);
        this.say(found.sentence);
        document.dispatchEvent(new CustomEvent("editor:saved", { detail: found }));
      } else if (found.kept) {
        this.ask(found.kept, found.sentence);
      } else {
        this.failed(answer.status, found.sentence);
      }
    } catch (error) {
      this.failed(0);
    }
  }

  // What a form beside the text made of it: only what differs is replaced, so that the cursor
  // stays and the change can be undone as if it were typed.
  replace(whole, version) {
    const text = whole.replace(/\r\n/g, "\n");
    const old = this.view.state.doc.toString();
    this.version = version;
    this.kept = text;
    if (text === old) { return; }
    let from = 0;
    const shorter = Math.min(old.length, text.length);
    while (from < shorter && old[from] === text[from]) { from += 1; }
    let tail = 0;
    while (tail < shorter - from && old[old.length - 1 - tail] === text[text.length - 1 - tail]) { tail += 1; }
    this.quiet = true;
    this.view.dispatch({
      changes: { from, to: old.length - tail, insert: text.slice(from, text.length - tail) },
      effects: EditorView.scrollIntoView(from, { y: "nearest", yMargin: 40 }),
    });
    this.quiet = false;
  }

  goTo(line, column) {
    const at = offset(this.view.state.doc, line, column || 1);
    this.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    this.view.focus();
  }

  async complete(context) {
    const doc = context.state.doc;
    const before = context.matchBefore(/[^\s,\[\]{}:"'()!&|=<>]*/);
    const line = doc.lineAt(context.pos);
    if (!context.explicit && before.from === before.to && !/[:.\-]\s*$/.test(line.text.slice(0, context.pos - line.from))) { return null; }
    const body = new FormData();
    body.set("csrf_token", this.host.dataset.token);
    body.set("path", this.host.dataset.path);
    body.set("text", doc.toString());
    body.set("line", line.number);
    body.set("column", context.pos - line.from + 1);
    const answer = await fetch(this.host.dataset.complete, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok || context.aborted) { return null; }
    const found = await answer.json();
    if (!found.options.length) { return null; }
    return {
      from: line.from + found.from - 1,
      to: line.from + found.to - 1,
      options: found.options.map((each) => ({ label: each.insert, displayLabel: each.label, detail: each.detail, type: each.kind })),
    };
  }
}

let editor = null;
let openParts = [];
// the form beside the text that was sent last
let sent = null;

function beside() { return document.getElementById("beside"); }

// After a change the part beside the text is drawn anew; what was unfolded stays unfolded.
function remember() {
  const part = beside();
  openParts = part ? Array.from(part.querySelectorAll("details[id]"), (each) => [each.id, each.open]) : [];
}

function receive() {
  const part = beside();
  if (!part || !editor) { return; }
  openParts.forEach(([id, open]) => { const each = document.getElementById(id); if (each) { each.open = open; } });
  const told = part.querySelector("[data-new-text]");
  if (told) {
    if (editor.isUnsaved()) {
      editor.ask({ version: told.dataset.version, text: told.value }, editor.host.dataset.meanwhile);
    } else {
      editor.replace(told.value, told.dataset.version);
    }
    editor.show(JSON.parse(told.dataset.problems || "[]"));
    if (!editor.other) { editor.say(told.dataset.sentence); }
    told.remove();
    // What was asked for is done: the form is empty for the next.
    if (sent && sent.isConnected) { sent.reset(); }
  }
  const notice = part.querySelector("[role=alert], [role=alertdialog]");
  if (notice) { notice.tabIndex = -1; notice.focus(); notice.scrollIntoView({ block: "center" }); }
  editor.follow();
}

document.addEventListener("editor:saved", () => {
  const part = beside();
  if (part && window.htmx) { window.htmx.ajax("GET", part.dataset.url, { target: "#beside", swap: "outerMorph" }); }
});

// A form beside the text is about the text as it is: what is still unsaved is saved first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!editor || !form.closest("#beside")) { return; }
  sent = form;
  if (!editor.isBehind()) { return; }
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = event.submitter;
  editor.settled().then((saved) => {
    if (!saved) { editor.status.scrollIntoView({ block: "center" }); return; }
    const version = form.querySelector("input[name=version]");
    if (version) { version.value = editor.version; }
    form.requestSubmit(button);
  });
}, true);

document.addEventListener("DOMContentLoaded", () => {
  const host = document.querySelector("[data-editor]");
  if (!host) { return; }
  editor = new Editor(host);
  const line = Number(new URLSearchParams(window.location.search).get("line"));
  if (line) { editor.goTo(line); }
  editor.follow();
});

window.addEventListener("beforeunload", (event) => {
  if (editor && editor.isUnsaved()) { event.preventDefault(); }
});

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-editor-choose]");
  if (chosen && editor && editor.other) { editor.choose(chosen.dataset.editorChoose); return; }
  const link = event.target.closest("[data-line]");
  if (!link || !editor) { return; }
  event.preventDefault();
  editor.goTo(Number(link.dataset.line), Number(link.dataset.column));
});

document.addEventListener("htmx:before:swap", remember);
document.addEventListener("htmx:after:swap", receive);
