// A text as a QR code (ISO/IEC 18004), drawn when it is shown: what makes it is loaded then.
import { useEffect, useState } from "preact/hooks";

const quiet = 4; // modules around it that stay light: ISO/IEC 18004 7.3

export function QrCode({ text, label }: { text: string; label: string }) {
  const [path, setPath] = useState<{ d: string; size: number }>();
  useEffect(() => {
    let wanted = true;
    void import("qrcode-generator").then(({ default: qrcode }) => {
      const code = qrcode(0, "M");
      code.addData(text);
      code.make();
      const count = code.getModuleCount();
      let d = "";
      for (let row = 0; row < count; row++) for (let column = 0; column < count; column++) if (code.isDark(row, column)) d += `M${column + quiet} ${row + quiet}h1v1h-1z`;
      if (wanted) setPath({ d, size: count + 2 * quiet });
    });
    return () => {
      wanted = false;
    };
  }, [text]);
  if (!path) return null;
  return (
    <svg class="qr-code" viewBox={`0 0 ${path.size} ${path.size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <path d={`M0 0h${path.size}v${path.size}h-${path.size}z`} fill="#fff" />
      <path d={path.d} fill="#000" />
    </svg>
  );
}
