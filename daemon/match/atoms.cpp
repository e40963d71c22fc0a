#include "daemon/match/atoms.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "daemon/base/text.hpp"
#include "daemon/match/stem.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/taxonomy.hpp"

namespace paperboy::match {
namespace {

constexpr std::uint8_t in_phrase = 1, begins = 2;

// How much rarer than its rarest word a phrase is.
constexpr double phrase_of_word = 0.25;
constexpr double title_of_paper = 0.15;
// Guesses where nothing was counted.
constexpr double group_of_papers = 0.1;
constexpr double prefix_of_papers = 0.02;

std::string_view bytes_of(std::span<const std::uint32_t> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

std::string initial(const std::string& forename) {
  std::size_t end = 0;
  text::next_code_point(forename, end);
  return forename.substr(0, end);
}

std::string_view last_word(std::string_view name) {
  const std::size_t blank = name.rfind(' ');
  return blank == name.npos ? name : name.substr(blank + 1);
}

}  // namespace

// --- numbering

Atom Atoms::add(Kind kind, unsigned fields, std::uint32_t at) {
  kinds_.push_back({kind, static_cast<std::uint8_t>(fields), at});
  return static_cast<Atom>(kinds_.size() - 1);
}

Label Atoms::label(WordTable& table, std::string_view word) {
  const Hashed hash = hashed(word);
  if (const auto known = table.find(hash); known != WordTable::none) return table.numbers(known).front();
  const auto number = static_cast<Label>(roles_.size());
  roles_.push_back(0);
  table.add(hash, {&number, 1});
  return number;
}

Atom Atoms::term(const Node& term, bool stems) {
  if (term.scope == Scope::author) return author(term.words.front());
  if (term.scope == Scope::category) return groups({term.words.front()}, false);
  return text(term, stems);
}

Atom Atoms::text(const Node& term, bool stems) {
  const unsigned fields = term.scope == Scope::title      ? in_title
                          : term.scope == Scope::abstract ? in_abstract
                                                          : in_title | in_abstract;
  const std::size_t size = term.words.size();
  std::vector<std::uint32_t> key;  // words, joined, fields
  key.reserve(2 * size + 1);
  const auto add_label = [&](const std::string& word, bool is_prefix) {
    if (is_prefix) prefix_lengths_.insert(word.size());
    key.push_back(label(is_prefix ? prefixes_ : stems && !term.exact ? stems_ : words_, word));
  };
  for (std::size_t i = 0; i < size; ++i) add_label(term.words[i], term.prefix && i + 1 == size);
  for (std::size_t i = 0; i < size; ++i) {
    if (term.joined[i].empty()) {
      key.push_back(no_label);
    } else {
      add_label(term.joined[i], term.prefix && i + 2 == size);
    }
  }
  key.push_back(fields);
  const Hashed hash = hashed(bytes_of(key));
  if (const auto known = texts_.find(hash); known != WordTable::none) {
    return texts_.numbers(known).front();
  }
  const auto at = static_cast<std::uint32_t>(phrases_.size());
  phrases_.push_back(static_cast<std::uint32_t>(size));
  phrases_.insert(phrases_.end(), key.begin(), key.end() - 1);
  const Atom atom = add(Kind::text, fields, at);
  texts_.add(hash, {&atom, 1});
  const std::span<const Label> labels = key;
  label_phrase(labels.first(size), labels.subspan(size, size), mark_of(atom, fields), at);
  return atom;
}

// A phrase is found by its first two readings: two words, or a word and two joined, or two joined and what follows.
void Atoms::label_phrase(std::span<const Label> words, std::span<const Label> joined, Mark mark, std::uint32_t at) {
  const std::size_t size = words.size();
  if (size == 1) {
    singles_.push_back({words[0], mark});
    return;
  }
  for (const Label each : words) roles_[each] |= in_phrase;
  for (const Label each : joined) {
    if (each != no_label) roles_[each] |= in_phrase;
  }
  const auto pair = [&](Label first, Label second, std::size_t read) {
    if (first == no_label || second == no_label) return;
    roles_[first] |= begins;
    const std::uint32_t rest = read == size ? 0 : at << 2 | static_cast<std::uint32_t>(read - 2);
    pair_steps_.push_back({static_cast<std::uint64_t>(first) << 32 | second, {mark, rest}});
  };
  pair(words[0], words[1], 2);
  if (size > 2) {
    pair(words[0], joined[1], 3);
    pair(joined[0], words[2], 3);
  }
  if (size > 3) pair(joined[0], joined[2], 4);
  if (size == 2 && joined[0] != no_label) singles_.push_back({joined[0], mark});
}

Atom Atoms::author(const std::string& wanted) {
  const Hashed hash = hashed(wanted);
  if (const auto known = authors_.find(hash); known != WordTable::none) return authors_.numbers(known).front();
  const Atom atom = add(Kind::author, 0, 0);
  authors_.add(hash, {&atom, 1});
  const auto number = static_cast<std::uint32_t>(author_names_.size());
  author_names_.push_back({paper::read_name(wanted), atom});
  for (const std::string& key : keys_of(author_names_.back().name)) {
    const Hashed key_hash = hashed(key);
    auto wanted_at = wanted_.find(key_hash);
    if (wanted_at == WordTable::none) {
      const auto list = static_cast<std::uint32_t>(authors_by_key_.size());
      wanted_at = wanted_.add(key_hash, {&list, 1});
      authors_by_key_.emplace_back();
    }
    authors_by_key_[wanted_.numbers(wanted_at).front()].push_back(number);
  }
  return atom;
}

// Whatever paper::same_author() finds alike has a key in common: the surname alone, with the first forename (or its
// initial, where there is no more of it), with any forename of the initial, with all forenames as one.
std::vector<std::string> Atoms::keys_of(const paper::Name& wanted) {
  const std::string surname = wanted.surname + ',';
  if (wanted.forenames.empty()) return {surname};
  const std::string& first = wanted.forenames.front();
  std::vector<std::string> keys = {surname + ':' + initial(first), surname + first};
  if (wanted.forenames.size() > 1) keys.push_back(surname + text::join(wanted.forenames, ""));
  return keys;
}

std::vector<std::string> Atoms::keys_asked(const paper::Name& found) {
  const std::string surname = found.surname + ',';
  if (found.forenames.empty()) return {surname};
  const std::string& first = found.forenames.front();
  const std::string letter = initial(first);
  if (letter == first) return {surname, surname + ':' + letter};
  std::vector<std::string> keys = {surname, surname + letter, surname + first};
  if (found.forenames.size() > 1) keys.push_back(surname + text::join(found.forenames, ""));
  return keys;
}

Atom Atoms::groups(const std::vector<std::string>& names, bool primary) {
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  const std::string key = (primary ? "1\n" : "0\n") + text::join(sorted, "\n");
  const Hashed hash = hashed(key);
  if (const auto known = groups_.find(hash); known != WordTable::none) return groups_.numbers(known).front();
  const Atom atom = add(Kind::groups, 0, static_cast<std::uint32_t>(sorted.size()));
  groups_.add(hash, {&atom, 1});
  GroupSet set{{}, primary, atom};
  for (const std::string& name : sorted) {
    const auto known = std::find(group_names_.begin(), group_names_.end(), name);
    set.names.push_back(static_cast<std::uint32_t>(known - group_names_.begin()));
    if (known == group_names_.end()) group_names_.push_back(name);
  }
  group_sets_.push_back(std::move(set));
  return atom;
}

// --- laying out

void Atoms::finish(const Frequencies& frequencies, bool learn) {
  lay_out_words();
  lay_out_pairs();
  count_papers(frequencies, learn);
  if (learn) lay_out_groups(frequencies);
  lay_out_authors();
}

// The keys that surely_unknown() asks for: of the last word of the surname, which it can tell without reading the name.
void Atoms::lay_out_authors() {
  author_filter_.clear(4 * author_names_.size());
  const auto add = [this](const std::string& key) { author_filter_.add(hashed(key).hash); };
  for (const Author& author : author_names_) {
    const std::string last(last_word(author.name.surname));
    add(last + ",;");
    for (const std::string& key : keys_of({author.name.forenames, last})) add(key);
  }
}

void Atoms::lay_out_words() {
  std::sort(singles_.begin(), singles_.end(),
            [](const Single& a, const Single& b) { return a.label != b.label ? a.label < b.label : a.mark < b.mark; });
  single_at_.assign(roles_.size() + 1, 0);
  for (const Single& each : singles_) ++single_at_[each.label + 1];
  for (std::size_t i = 1; i < single_at_.size(); ++i) single_at_[i] += single_at_[i - 1];
}

void Atoms::lay_out_pairs() {
  std::sort(pair_steps_.begin(), pair_steps_.end(), [](const PairStep& a, const PairStep& b) {
    return a.key != b.key ? a.key < b.key : a.step.mark < b.step.mark;
  });
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < pair_steps_.size(); ++i) {
    distinct += i == 0 || pair_steps_[i].key != pair_steps_[i - 1].key;
  }
  pairs_.assign(std::bit_ceil(2 * distinct + 1), {});
  pair_filter_.clear(distinct);
  steps_.reserve(pair_steps_.size());
  Pair* open = nullptr;
  for (const PairStep& each : pair_steps_) {
    if (open == nullptr || open->key != each.key) {
      const std::uint64_t hash =
          pair_hash(static_cast<Label>(each.key >> 32), static_cast<Label>(each.key & 0xFFFFFFFF));
      std::size_t at = hash & (pairs_.size() - 1);
      while (pairs_[at].count != 0) at = (at + 1) & (pairs_.size() - 1);
      open = &pairs_[at];
      *open = {each.key, static_cast<std::uint32_t>(steps_.size()), 0};
      pair_filter_.add(hash);
    }
    ++open->count;
    steps_.push_back(each.step);
  }
  pair_steps_ = {};
}

void Atoms::lay_out_groups(const Frequencies& frequencies) {
  for (const paper::Category& category : paper::categories()) {
    by_category_.emplace(category.id, compute_groups(category.id));
  }
  // Of a set's categories a paper may have several; each counts, since few do.
  for (const auto& [category, with] : frequencies.papers_in) {
    Groups scratch;
    const Groups& groups = groups_with(category, scratch);
    for (const Atom atom : groups.any) papers_in_group_[atom] += with;
    for (const Atom atom : groups.primary) papers_in_group_[atom] += with;
  }
}

Atoms::Groups Atoms::compute_groups(std::string_view category) const {
  std::vector<bool> in(group_names_.size());
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = paper::in_group(category, group_names_[i]);
  Groups groups;
  for (const GroupSet& set : group_sets_) {  // in the order of their atoms
    if (std::none_of(set.names.begin(), set.names.end(), [&in](std::uint32_t name) { return in[name]; })) continue;
    (set.primary ? groups.primary : groups.any).push_back(set.atom);
  }
  return groups;
}

// The words that papers are known to hold are looked up in order of how common they are, so that the common ones lie
// together.
void Atoms::count_papers(const Frequencies& frequencies, bool learn) {
  papers_ = static_cast<double>(frequencies.papers);
  papers_with_.assign(roles_.size(), 0);
  const auto guess = [&](const WordTable& table, double least) {
    table.each([&](std::string_view word, std::span<const std::uint32_t> numbers) {
      float& with = papers_with_[numbers.front()];
      with = std::max(with, static_cast<float>(static_cast<double>(frequencies.of(word)) + least));
    });
  };
  if (!learn) {
    guess(words_, 0);
    guess(stems_, 0);
    guess(prefixes_, papers_ * prefix_of_papers);
    return;
  }
  std::vector<std::pair<std::uint32_t, std::string_view>> known;
  known.reserve(frequencies.papers_with.size());
  for (const auto& [word, with] : frequencies.papers_with) known.emplace_back(with, word);
  std::sort(known.begin(), known.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<std::uint32_t> numbers;
  for (const auto& [with, word] : known) {
    const Hashed hash = hashed(word);
    each_label(hash, [&, count = with](Label label) { papers_with_[label] += static_cast<float>(count); });
    numbers.clear();
    look_up(hash, numbers);
    surfaces_.add(hash, numbers);
  }
  for (float& with : papers_with_) with = std::min(with, static_cast<float>(papers_));
}

double Atoms::expected(Atom atom) const {
  const KindOf& kind = kinds_[atom];
  switch (kind.kind) {
    case Kind::author:
      return 1;
    case Kind::groups:
      if (const auto counted = papers_in_group_.find(atom); counted != papers_in_group_.end()) {
        return std::min(papers_, static_cast<double>(counted->second)) + 1;
      }
      return (papers_ + 1) * std::min(1.0, group_of_papers * kind.at);
    case Kind::text:
      break;
  }
  const std::span<const std::uint32_t> labels(&phrases_[kind.at + 1], 2 * std::size_t{phrases_[kind.at]});
  const std::size_t size = labels.size() / 2;
  double rarest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < size; ++i) {
    double with = papers_with_[labels[i]] + 1;  // each word of a phrase stands alone or joined to a neighbour
    if (labels[size + i] != no_label) with += papers_with_[labels[size + i]];
    if (i > 0 && labels[size + i - 1] != no_label) with += papers_with_[labels[size + i - 1]];
    rarest = std::min(rarest, with);
  }
  if (size > 1) rarest *= phrase_of_word;
  return kind.fields == in_title ? rarest * title_of_paper : rarest;
}

// --- reading

template <class Take>
void Atoms::each_label(const Hashed& word, const Take& take) const {
  const auto look = [&take](const WordTable& table, const Hashed& key) {
    const auto record = table.find(key);
    if (record != WordTable::none) take(table.numbers(record).front());
  };
  if (words_.size() != 0) look(words_, word);
  if (stems_.size() != 0) look(stems_, hashed(stem(word.key)));
  for (const std::size_t length : prefix_lengths_) {
    if (length > word.key.size()) break;
    look(prefixes_, hashed(word.key.substr(0, length)));
  }
}

void Atoms::look_up(const Hashed& word, std::vector<std::uint32_t>& numbers) const {
  const std::size_t head = numbers.size();
  bool any = false;
  each_label(word, [&](Label label) {
    any = any || roles_[label] != 0;
    if (single_at_[label] == single_at_[label + 1]) return;
    if (numbers.size() == head) numbers.push_back(0);
    for (std::uint32_t i = single_at_[label]; i < single_at_[label + 1]; ++i) numbers.push_back(singles_[i].mark);
  });
  if (numbers.size() > head) numbers[head] = static_cast<std::uint32_t>(numbers.size() - head - 1);
  if (!any) return;
  if (numbers.size() == head) numbers.push_back(0);
  each_label(word, [&](Label label) {
    if (roles_[label] != 0) numbers.push_back(label | ((roles_[label] & begins) != 0 ? begins_phrase : 0));
  });
}

std::span<const Atoms::Step> Atoms::pair(Label first, Label second, std::uint64_t hash) const {
  const std::uint64_t key = static_cast<std::uint64_t>(first) << 32 | second;
  for (std::size_t at = hash & (pairs_.size() - 1);; at = (at + 1) & (pairs_.size() - 1)) {
    const Pair& slot = pairs_[at];
    if (slot.count == 0) return {};
    if (slot.key == key) return {&steps_[slot.first], slot.count};
  }
}

Atoms::Phrase Atoms::phrase(std::uint32_t rest) const {
  const std::uint32_t* at = &phrases_[rest >> 2];
  return {{at + 1, *at}, {at + 1 + *at, *at}, (rest & 3) + 2};
}

// Tells most names from those wanted without reading them. First by the last word of the surname, where it is the last
// word of the name; then, where all words are plain (ASCII letters, of which the first are a forename for sure), by the
// forenames: such a name is wanted only with none of them, with the first one, with its initial (or any of that
// initial, if it has no more), or with all of them written as one.
bool Atoms::surely_unknown(const std::string& name) const {
  const auto is_one_of = [](std::string_view word, auto... others) { return ((word == others) || ...); };
  std::array<char, 64> key;  // "surname,forenames"
  const auto copy_letters = [&key](std::string_view word, std::size_t at) {
    bool letters = true;
    for (std::size_t i = 0; i < word.size(); ++i) {
      key[at + i] = static_cast<char>(word[i] | 0x20);
      letters = letters && key[at + i] >= 'a' && key[at + i] <= 'z';
    }
    return letters;
  };
  const auto is_wanted = [this](std::string_view wanted) { return author_filter_.may_have(hashed(wanted).hash); };
  const auto may_be = [&](std::size_t size) { return is_wanted({key.data(), size}); };
  const std::string_view last = last_word(name);
  if (last.size() == name.size() || name.size() + 2 > key.size() || name.find_first_of(",(") != name.npos) return false;
  const bool plain = copy_letters(last, 0);
  const auto may_end_surname = [](char c) {  // no marks that are left out: ’ ʼ ´ and others
    const auto byte = static_cast<unsigned char>(c);
    return c == '-' || (byte >= 0x80 && byte != 0xC2 && byte != 0xCA && byte < 0xE0) ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  };
  if (!plain && !std::all_of(last.begin(), last.end(), may_end_surname)) return false;
  const std::string folded = plain ? std::string(key.data(), last.size()) : text::fold(last);
  if (is_one_of(std::string_view(folded), "", "jr", "sr", "ii", "iii", "iv", "v", "junior", "senior")) return false;
  if (folded.ends_with("collaboration") || folded.ends_with("collaborations") || folded.ends_with("consortium")) {
    return false;
  }
  if (!is_wanted(folded + ",;")) return true;
  if (!plain) return false;
  const std::size_t comma = last.size() + 1;
  key[last.size()] = ',';
  if (may_be(comma)) return false;

  std::size_t size = comma;
  std::string_view rest = std::string_view(name).substr(0, name.size() - last.size() - 1);
  for (bool first = true; first || !rest.empty(); first = false) {
    std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    const bool initial = word.size() == 2 && word[1] == '.';
    if (initial) word.remove_suffix(1);
    if (word.empty() || word.front() < 'A' || word.front() > 'Z' || !copy_letters(word, size)) return false;
    // Capitals may be initials; what is short and not the first a part of the surname or a suffix.
    const auto is_small = [](char c) { return c >= 'a'; };
    if (!initial && (word.size() < (first ? 2 : 4) || !std::all_of(word.begin() + 1, word.end(), is_small)))
      return false;
    if (is_one_of(std::string_view(&key[size], word.size()), "junior", "senior", "della", "vander")) return false;
    size += word.size();
    if (may_be(size)) return false;
    if (!first) continue;
    if (may_be(comma + 1)) return false;
    if (!initial) continue;
    key[comma + 1] = key[comma];
    key[comma] = ':';
    if (may_be(comma + 2)) return false;
    key[comma] = key[comma + 1];
  }
  return true;
}

const Atoms::Groups& Atoms::groups_with(const std::string& category, Groups& scratch) const {
  if (const auto known = by_category_.find(category); known != by_category_.end()) return known->second;
  if (group_sets_.empty()) return scratch = {};
  return scratch = compute_groups(category);
}

std::size_t Atoms::hot_bytes() const {
  return surfaces_.bytes() + pairs_.size() * sizeof(Pair) + steps_.size() * sizeof(Step) + pair_filter_.bytes();
}

}  // namespace paperboy::match
