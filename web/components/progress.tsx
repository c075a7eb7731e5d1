/** How far something is: a bar that says it in words too. */

import "./progress.css";

interface Props {
  done: number;
  total: number;
  /** What is measured; read out with the figure. */
  label: string;
  tone?: "good" | "plain";
}

export function Progress({ done, total, label, tone = "plain" }: Props) {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  return (
    <div
      class={`progress ${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={Math.min(done, total)}
    >
      <span style={{ width: `${share * 100}%` }} />
    </div>
  );
}
