// A page that cannot be drawn says so, in place of an empty one.

window.addEventListener("error", (event) => {
  const place = document.getElementById("failure");
  place.textContent = `The page cannot be drawn in this browser: ${event.message}`;
  place.hidden = false;
});
