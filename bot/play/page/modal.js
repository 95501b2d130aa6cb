/** The form that the bot has opened for someone. */

import { dialog } from "./dialog.js";
import { formParts } from "./fields.js";

/**
 * Build it; what is typed lives in it until it is sent or closed.
 * @param {Object} modal
 * @param {() => import("./names.js").Names} names
 * @param {(values: Object) => Promise<{ok: boolean, error?: string}>} submit
 * @param {() => void} close
 */
export function modalForm(modal, names, submit, close) {
  const parts = formParts(modal.components, names);
  const fields = parts.filter((part) => part.value);

  async function onSubmit() {
    const problems = fields.map((field) => field.problem()).filter(Boolean);
    if (problems.length) return "Udfyld felterne med rødt.";
    const filled = fields
      .map((field) => [field.name, field.value()])
      .filter(([, value]) => value !== null && value !== undefined);
    const answer = await submit(Object.fromEntries(filled));
    return answer.ok ? null : answer.error;
  }

  return dialog(
    {
      title: modal.title,
      submit: "Send",
      testid: "modal",
      note: "Det, du skriver her, går til botten.",
      onSubmit,
      onClose: close,
    },
    ...parts.map((part) => part.element),
  );
}
