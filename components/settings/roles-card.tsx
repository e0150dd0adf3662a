import { Check } from "lucide-react";
import { Card } from "#components/ui/card.tsx";
import { Table, TableHead, Td, Th, Tr } from "#components/ui/table.tsx";
import { roles } from "#lib/core/permissions.ts";
import { roleOptions, roleTable } from "./role-words.ts";

/** What each role may do: the same table that the server asks. */
export function RolesCard() {
  return (
    <Card title="What each role may do" hint="An API token never exceeds the role of its person." flush>
      <Table label="What each role may do" compact>
        <TableHead>
          <Th>May</Th>
          {roleOptions.map(({ value, label }) => (
            <Th key={value} className="text-center!">
              {label}
            </Th>
          ))}
        </TableHead>
        <tbody>
          {roleTable.map(({ permission, says, may }) => (
            <Tr key={permission}>
              <Td className="min-w-48">{says}</Td>
              {roles.map((role) => (
                <Td key={role} className="text-center">
                  {may[role] ? (
                    <Check role="img" aria-label="yes" className="inline size-4 text-good" />
                  ) : (
                    <span className="text-faint">–</span>
                  )}
                </Td>
              ))}
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}
