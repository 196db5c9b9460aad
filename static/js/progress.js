// Keeps the progress of an import up to date. Without scripts the page is loaded anew every few seconds.

const shown = document.getElementById("work");

async function refresh() {
  const response = await fetch(location.href);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const work = page.getElementById("work");
  if (!work) return location.reload();
  shown.replaceChildren(...work.childNodes);
  setTimeout(refresh, 1000);
}

setTimeout(refresh, 1000);
