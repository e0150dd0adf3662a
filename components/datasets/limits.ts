/** Datasets on the list: as many as one request may bring. Browser and server ask for the same, so that the page opens filled. */
export const shownDatasets = 200;
