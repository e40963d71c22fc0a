// A person's digests: the list, and one of them; and a digest for whoever was given its address.
#include <algorithm>
#include <charconv>

#include "daemon/digest/dates.hpp"
#include "daemon/digest/digest.hpp"
#include "daemon/digest/render.hpp"
#include "daemon/store/archive.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/people.hpp"
#include "daemon/web/html.hpp"
#include "daemon/web/replies.hpp"

namespace paperboy::web {
namespace {

using net::ServerRequest;
using net::ServerResponse;
using Grant = flow::Pages::Grant;

constexpr int page_size = 20;
constexpr int most_pages = 1000;
constexpr std::size_t longest_search = 200;

int page_number(const std::string& text) {
  int number = 1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::clamp(number, 1, most_pages) : 1;
}

std::string query_of(const std::string& search, int number) {
  std::string query = "?page=" + std::to_string(number);
  if (search.empty()) return query;
  query += "&q=";
  constexpr char hex[] = "0123456789ABCDEF";
  for (const char c : search) {
    const auto byte = static_cast<unsigned char>(c);
    query += {'%', hex[byte >> 4], hex[byte & 15]};
  }
  return query;
}

std::string list_body(const Site& site, const Grant& grant, const paper::Person& person,
                      const std::vector<store::DigestRow>& rows, const std::string& search, int number) {
  const Words& words = words_of(person.language);
  Html out;
  out.element("h1", words.archive_title);
  out.raw("<form method=\"get\" role=\"search\">\n<div class=\"field\"><label for=\"q\">").text(words.search);
  out.raw("</label>\n<p class=\"hint\" id=\"q-hint\">").text(words.search_hint).raw("</p>\n");
  out.raw("<input type=\"search\" id=\"q\" name=\"q\" aria-describedby=\"q-hint\" maxlength=\"200\" value=\"");
  out.text(search).raw("\"></div>\n<button type=\"submit\">").text(words.search_button).raw("</button>");
  if (!search.empty()) out.raw("\n").link("?", words.clear);
  out.raw("</form>\n");
  if (rows.empty()) out.element("p", "role=\"status\"", search.empty() ? words.no_digests : words.found_none);
  out.raw(rows.empty() ? "" : "<ol class=\"rows plain\">\n");
  for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), page_size); ++i) {
    const store::DigestRow& row = rows[i];
    const Day day = paper::local_day(person.schedule.time_zone, row.built_at);
    out.raw("<li><p>").link(site.pages.own_digest(person.id, row.id, grant.issued), row.title).raw("</p>\n");
    out.element("p", "class=\"meta\"", digest::long_date(day, words.tag)).raw("</li>\n");
  }
  out.raw(rows.empty() ? "" : "</ol>\n");
  const bool older = rows.size() > page_size && number < most_pages;
  if (number > 1 || older) {
    out.raw("<p class=\"buttons\">");
    if (number > 1) out.link(query_of(search, number - 1), words.newer).raw("\n");
    if (older) out.link(query_of(search, number + 1), words.older);
    out.raw("</p>\n");
  }
  return out.take();
}

struct Shown {
  store::DigestRow row;
  std::string language;
};

// The digest of that id; with a person, only if it is theirs and they are still here.
std::optional<Shown> read_digest(store::Tx& tx, const std::string& id, const std::optional<std::string>& owner) {
  std::optional<store::DigestRow> row = store::digest_by_id(tx, id);
  if (!row || (owner && row->person != *owner)) return std::nullopt;
  const std::optional<paper::Person> reader =
      owner ? store::find_reader(tx, row->person) : store::find_person(tx, row->person);
  if (owner && !reader) return std::nullopt;
  return Shown{std::move(*row), reader ? reader->language : "en"};
}

// Its reader's own: the actions are there, and with them the right to act.
ServerResponse own_digest(const Site& site, const Grant& grant, const Shown& shown) {
  const Words& words = words_of(shown.language);
  const auto url = [&](std::string_view action) { return site.pages.url_of(action, grant.person, grant.issued); };
  const digest::Document document =
      digest::resolve_actions(digest::read_message(shown.row.markdown.text(), shown.language), url);
  Html note;
  note.raw("<p class=\"status\">").text(words.own_note).raw("\n");
  note.link(site.pages.archive(shown.row.id), words.own_link).raw("</p>\n");
  std::string before = way_around(site, grant, words, "");
  return page(200, digest::to_page(site.templates->page(), note.take() + digest::to_html_body(document),
                                   std::move(before), document.language, shown.row.title));
}

}  // namespace

async::Awaitable<ServerResponse> show_archive(const Site& site, ServerRequest request) {
  const Time now = site.clock.now();
  const std::optional<Grant> grant = site.pages.homed(last_segment(request.path), now);
  if (!grant) co_return not_here(site);
  if (grant->expired) co_return co_await expired_for(site, grant->person);
  const Form query = parse_form(request.query).value_or(Form());
  std::string search = text::collapse_space(query.text("q"));
  if (text::count_code_points(search) > longest_search) search = text::ellipsize(search, longest_search);
  const int number = page_number(query.text("page"));
  struct List {
    std::optional<paper::Person> person;
    std::vector<store::DigestRow> rows;
  };
  auto read = [id = grant->person, search, number](store::Tx& tx) {
    List list{store::find_reader(tx, id), {}};
    if (list.person) list.rows = store::digests_of(tx, id, search, page_size + 1, page_size * (number - 1));
    return list;
  };
  const List list = co_await site.database.transact(read);
  if (!list.person) co_return not_here(site);
  const Words& words = words_of(list.person->language);
  const std::string title =
      search.empty() ? std::string(words.archive_title) : search + " – " + std::string(words.archive_title);
  co_return own_page(site, 200, words, title, list_body(site, *grant, *list.person, list.rows, search, number),
                     way_around(site, *grant, words, "archive"));
}

async::Awaitable<ServerResponse> show_digest(const Site& site, ServerRequest request) {
  const std::string token = last_segment(request.path);
  const std::optional<Grant> grant = site.pages.owned(token, site.clock.now());
  if (grant && grant->expired) co_return co_await expired_for(site, grant->person);
  std::optional<std::string> id = site.pages.archived(token), owner;
  if (grant) {
    id = grant->about;
    owner = grant->person;
  }
  if (!id) co_return not_here(site);
  auto read = [id = *id, owner](store::Tx& tx) { return read_digest(tx, id, owner); };
  const std::optional<Shown> shown = co_await site.database.transact(read);
  if (!shown) co_return not_here(site);
  if (grant) co_return own_digest(site, *grant, *shown);
  const digest::Document document = digest::read_message(shown->row.markdown.text(), shown->language);
  co_return page(200, digest::to_html(site.templates->page(), digest::without_actions(document), shown->row.title,
                                      shown->row.preheader, false));
}

}  // namespace paperboy::web
