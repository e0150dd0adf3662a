/** The pot still with its drop: large model in, small one out. Same drawing as public/icon.svg. */
export function Logo() {
  return (
    <span className="flex items-center gap-2 font-semibold tracking-tight">
      <svg aria-hidden viewBox="0 0 32 32" className="size-5">
        <g fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinejoin="round" strokeLinecap="round">
          <path d="M8.5 27h9a5.5 5.5 0 0 0 4.300-9C19.600 15.200 16 13 15.5 8.5h-5C10 13 6.400 15.200 4.200 18a5.5 5.5 0 0 0 4.300 9Z" />
          <path d="M13 8.5V5.5C13 4 15 4 16 4.5l9.5 6.5v3" />
        </g>
        <circle cx="25.5" cy="21" r="3.5" className="fill-student-mark" />
      </svg>
      Stillhouse
    </span>
  );
}
