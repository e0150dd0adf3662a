import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { keyList } from "./keys.ts";

/** The keys of the queue. */
export function QueueHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()} title="Keys of this page">
      <ul className="space-y-1.5">
        {keyList.map(({ keys, does }) => (
          <li key={does} className="flex items-center justify-between gap-4">
            {does}
            <span className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
