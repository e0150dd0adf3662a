"use client";

import { Download } from "lucide-react";
import { useViewer } from "#components/shell/viewer.tsx";
import { CopyButton } from "#components/ui/copy-button.tsx";
import { formatBytes } from "#lib/format.ts";
import { urlOf } from "#lib/http/request.ts";
import { type StudentDetail, studentDownload } from "#lib/students/schema.ts";

/** Every file with its size and checksum. */
export function Files({ student }: { student: StudentDetail }) {
  const viewer = useViewer();
  const refused = viewer.whyNot("student.write");
  const files = [...student.manifest.files, { name: "manifest.json", bytes: null, sha256: null }];
  return (
    <ul className="divide-y">
      {files.map(({ name, bytes, sha256 }) => (
        <li key={name} className="flex items-center gap-3 px-4 py-2.5 text-sm">
          <div className="min-w-0 flex-1">
            <div className="flex flex-wrap items-baseline gap-x-2">
              <span className="font-mono break-all">{name}</span>
              {bytes === null ? null : <span className="tnum text-xs text-muted">{formatBytes(bytes)}</span>}
            </div>
            {sha256 === null ? (
              <span className="text-xs text-muted">files, checksums, settings, origin</span>
            ) : (
              <span className="flex items-center gap-1 text-xs text-muted">
                <span className="min-w-0 truncate font-mono" title={sha256}>
                  sha256 {sha256.slice(0, 16)}…
                </span>
                <CopyButton text={sha256} label={`Copy the sha256 of ${name}`} />
              </span>
            )}
          </div>
          {refused ? (
            <span className="text-xs text-muted" title={refused}>
              engineers only
            </span>
          ) : (
            <a
              className="link inline-flex shrink-0 items-center gap-1 py-2"
              href={urlOf(studentDownload, { studentId: student.id, file: name })}
              download={name}
              aria-label={`Download ${name}`}
            >
              <Download aria-hidden className="size-4" />
              Download
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}
