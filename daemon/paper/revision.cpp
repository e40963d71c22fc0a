#include "daemon/paper/revision.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/paper/names.hpp"

namespace paperboy::paper {
namespace {

constexpr std::size_t longest_text = 80;    // of a title, a comment
constexpr std::size_t most_names = 3;       // named
constexpr std::size_t most_spellings = 50;  // of names on either side that are compared as names

std::string shortened(const std::string& text) {
  return text::ellipsize(text::collapse_space(text), longest_text);
}

std::string named(const std::vector<std::string>& names) {
  std::vector<std::string> first(names.begin(),
                                 names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), most_names)));
  return text::join(first, ", ") + (names.size() > most_names ? ", …" : "");
}

std::vector<std::string> folded(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& each : names) out.push_back(text::fold(each));
  return out;
}

// Those of `list` that `other` lacks.
std::vector<std::string> lacking(const std::vector<std::string>& list, const std::vector<std::string>& other) {
  std::vector<std::string> known = folded(other);
  std::sort(known.begin(), known.end());
  std::vector<std::string> left;
  for (const std::string& each : list) {
    if (!std::binary_search(known.begin(), known.end(), text::fold(each))) left.push_back(each);
  }
  return left;
}

// The same person, written otherwise, is on neither list.
void drop_spellings(std::vector<std::string>& gone, std::vector<std::string>& come) {
  if (gone.size() > most_spellings || come.size() > most_spellings) return;
  std::erase_if(gone, [&come](const std::string& old) {
    const auto same = std::find_if(come.begin(), come.end(), [&old](const std::string& now) {
      return same_author(old, now) || same_author(now, old);
    });
    if (same == come.end()) return false;
    come.erase(same);
    return true;
  });
}

class Comparison {
 public:
  explicit Comparison(bool whole) : whole_(whole) {}

  void text(Change::Field field, const std::string& before, const std::string& after, bool shown) {
    const std::string old = text::collapse_space(before), now = text::collapse_space(after);
    if (now.empty() || old == now || (old.empty() && !whole_)) return;
    changes.push_back({field, shown ? shortened(old) : std::string(), shown ? shortened(now) : std::string()});
  }
  void authors(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    if (before.empty() || after.empty() || folded(before) == folded(after)) return;
    std::vector<std::string> gone = lacking(before, after), come = lacking(after, before);
    const bool other_order = gone.empty() && come.empty();
    drop_spellings(gone, come);
    if (!other_order && gone.empty() && come.empty()) return;
    changes.push_back({Change::Field::authors, named(gone), named(come)});
  }
  // Lists of sources differ in length: what is missing from one has not left.
  void categories(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    const std::vector<std::string> come = lacking(after, before);
    if (!before.empty() && !come.empty()) changes.push_back({Change::Field::categories, "", text::join(come, ", ")});
  }

  std::vector<Change> changes;

 private:
  bool whole_;
};

}  // namespace

std::optional<Revision> revision_of(const Paper& before, bool whole, const Paper& after, int number) {
  if (before.title.empty() || before.abstract.empty() || after.title.empty() || after.abstract.empty())
    return std::nullopt;
  using Field = Change::Field;
  Comparison comparison(whole);
  comparison.text(Field::title, before.title, after.title, true);
  comparison.text(Field::abstract, before.abstract, after.abstract, false);
  comparison.authors(before.authors, after.authors);
  comparison.categories(before.categories, after.categories);
  comparison.text(Field::comments, before.comments, after.comments, true);
  comparison.text(Field::journal, before.journal_ref, after.journal_ref, true);
  comparison.text(Field::doi, before.doi, after.doi, true);
  return Revision{number, before.version, std::move(comparison.changes)};
}

}  // namespace paperboy::paper
