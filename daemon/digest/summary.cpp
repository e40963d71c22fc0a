// The executive summary: what the papers of a digest have in common, what is new in it, what to read.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include "daemon/base/text.hpp"
#include "daemon/digest/digest.hpp"
#include "daemon/digest/escape.hpp"
#include "daemon/digest/terms.hpp"

namespace paperboy::digest {
namespace {

constexpr std::size_t longest_term = 4;
constexpr std::size_t counted_term = 2;  // words of the terms in the background
constexpr std::size_t sketch_rows = 4;
constexpr unsigned sketch_bits = 18;
constexpr std::size_t sketch_width = std::size_t{1} << sketch_bits;  // of uint16_t: 2 MiB
constexpr std::size_t most_themes = 5;
constexpr std::size_t most_emerging = 3;
constexpr std::size_t most_papers = 3;
constexpr std::size_t enough_background = 50;  // papers, to call something new
constexpr double little_worth = 0.3;           // of a paper that is under a theme already, or only named
constexpr double mailings_in_background = 21;  // of 30 days

struct SharedTerm {
  std::string key, written;
  std::vector<std::size_t> papers;
  std::size_t in_titles = 0;
  double weight = 0;
};

// Capitals that are a word's own ("LiDAR", "3D") stay; those of a title or of a sentence's beginning go.
std::string without_title_case(const std::string& form) {
  std::string out;
  for (const std::string_view word : text::split(form, ' ')) {
    bool own = false;
    for (std::size_t i = 1; i < word.size(); ++i) own = own || (word[i] >= 'A' && word[i] <= 'Z' && word[i - 1] != '-');
    out += (out.empty() ? "" : " ") + (own ? std::string(word) : text::to_lower_ascii(word));
  }
  return out;
}

// How the term is mostly written.
std::string usual_form(const std::map<std::string, std::size_t>& forms) {
  std::map<std::string, std::size_t> by_case;
  for (const auto& [form, count] : forms) by_case[without_title_case(form)] += count;
  std::string best;
  std::size_t most = 0;
  for (const auto& [form, count] : by_case) {
    if (count > most) {
      best = form;
      most = count;
    }
  }
  return best;
}

bool contains_words(const std::string& longer, const std::string& shorter) {
  return (" " + longer + " ").find(" " + shorter + " ") != std::string::npos;
}

std::size_t shared(const std::vector<std::size_t>& a, const std::vector<std::size_t>& b) {
  return static_cast<std::size_t>(
      std::count_if(a.begin(), a.end(), [&](std::size_t i) { return std::binary_search(b.begin(), b.end(), i); }));
}

// The background knows terms of one and two words: a longer one is at most as common as its rarest pair.
std::size_t background_count(const TermCounts& background, const std::string& key) {
  const std::vector<std::string_view> words = text::split(key, ' ');
  if (words.size() <= counted_term) return background.count(key);
  std::size_t least = background.papers();
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    least = std::min(least, background.count(std::string(words[i]) + " " + std::string(words[i + 1])));
  }
  return least;
}

// A term of the paper `entry` that another paper seems to have, too.
struct Occurrence {
  std::uint64_t hash;
  std::size_t entry, term;
};

// The terms that two papers or more have, those of one hash together. A table of counts turns away nearly all that
// stand in one paper only.
std::vector<Occurrence> occurrences(const std::vector<const PaperTerms*>& papers) {
  constexpr unsigned bits = 16;
  const auto cell = [](std::uint64_t hash) { return static_cast<std::size_t>(hash >> (64 - bits)); };
  std::vector<bool> once(std::size_t{1} << bits), again(std::size_t{1} << bits);
  for (const PaperTerms* paper : papers) {
    for (std::size_t i = 0; i < paper->size(); ++i) {
      const std::size_t at = cell(paper->hash(i));
      if (once[at]) again[at] = true;
      once[at] = true;
    }
  }
  std::vector<Occurrence> list;
  for (std::size_t entry = 0; entry < papers.size(); ++entry) {
    for (std::size_t i = 0; i < papers[entry]->size(); ++i) {
      const std::uint64_t hash = papers[entry]->hash(i);
      if (again[cell(hash)]) list.push_back({hash, entry, i});
    }
  }
  std::sort(list.begin(), list.end(), [](const Occurrence& a, const Occurrence& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.entry < b.entry;
  });
  return list;
}

std::vector<SharedTerm> candidates(const std::vector<const Entry*>& entries, const TermCounts& background) {
  std::vector<std::shared_ptr<const Prepared>> prepared;
  std::vector<const PaperTerms*> terms;
  for (const Entry* entry : entries) {
    prepared.push_back(entry->prepared ? entry->prepared : prepare(entry->paper));
    terms.push_back(&prepared.back()->terms);
  }
  const std::vector<Occurrence> all = occurrences(terms);
  std::vector<SharedTerm> list;
  for (auto begin = all.begin(), end = begin; begin != all.end(); begin = end) {
    end = std::find_if(begin, all.end(), [&](const Occurrence& other) { return other.hash != begin->hash; });
    const auto papers = static_cast<std::size_t>(end - begin);
    if (papers < 2) continue;
    const auto term_of = [&](const Occurrence& at) { return (*terms[at.entry])[at.term]; };
    const auto in_titles =
        static_cast<std::size_t>(std::count_if(begin, end, [&](const Occurrence& at) { return term_of(at).in_title; }));
    const std::string key(term_of(*begin).key);
    const auto words = static_cast<double>(std::count(key.begin(), key.end(), ' ') + 1);
    // A single word must have made it into titles, of more papers than two that share it by chance.
    if (words < 2 && (in_titles < 2 || papers < 3)) continue;
    if (papers < 3 && in_titles < 1) continue;  // two papers may share a phrase by chance
    SharedTerm candidate{.key = key, .in_titles = in_titles};
    std::map<std::string, std::size_t> forms;
    for (auto at = begin; at != end; ++at) {
      candidate.papers.push_back(at->entry);
      ++forms[std::string(term_of(*at).written)];
    }
    candidate.written = usual_form(forms);
    const double here = static_cast<double>(papers);
    const double there =
        (static_cast<double>(background_count(background, key)) + 1) / (static_cast<double>(background.papers()) + 2);
    const double rarity = background.papers() >= enough_background ? std::log(1 / there) : 3;
    const double title_share = static_cast<double>(in_titles) / here;
    candidate.weight = here * rarity * (words < 2 ? 0.4 : 1 + 0.15 * std::min(words - 2, 1.0)) * (0.6 + title_share);
    list.push_back(std::move(candidate));
  }
  std::sort(list.begin(), list.end(), [](const SharedTerm& a, const SharedTerm& b) { return a.key < b.key; });
  return list;
}

// "large language" is a piece of "large language models": a run that (nearly) always goes on is not a term.
void drop_fragments(std::vector<SharedTerm>& list) {
  std::map<std::string, std::size_t> size_of;
  for (const SharedTerm& candidate : list) size_of[candidate.key] = candidate.papers.size();
  std::set<std::string> fragments;
  for (const SharedTerm& longer : list) {
    const std::vector<std::string_view> words = text::split(longer.key, ' ');
    for (std::size_t begin = 0; begin < words.size(); ++begin) {
      std::string key;
      for (std::size_t end = begin; end < words.size(); ++end) {
        key += (end > begin ? " " : "") + std::string(words[end]);
        const auto at = size_of.find(key);
        if (key != longer.key && at != size_of.end() && longer.papers.size() * 4 >= at->second * 3)
          fragments.insert(key);
      }
    }
  }
  std::erase_if(list, [&](const SharedTerm& candidate) { return fragments.contains(candidate.key); });
}

// What the person asked for is no news to them: terms made of the reasons' words for a half or more, or of a topic's
// name altogether, and what nearly all papers are about.
void drop_the_obvious(std::vector<SharedTerm>& list, const std::vector<const Entry*>& entries,
                      std::span<const Section> sections) {
  std::set<std::string, std::less<>> asked;
  std::vector<std::string> beginnings;
  std::set<std::string, std::less<>> named;
  for (const Section& section : sections) {
    for (const std::string& word : term_words(section.topic)) named.insert(word);
  }
  for (const Entry* entry : entries) {
    for (const paper::Reason& reason : entry->reasons) {
      const bool prefix = reason.kind == paper::ReasonKind::prefix;
      if (!prefix && reason.kind != paper::ReasonKind::phrase && reason.kind != paper::ReasonKind::word) continue;
      std::vector<std::string> words = term_words(reason.text);
      if (prefix && !words.empty()) {
        beginnings.push_back(std::move(words.back()));
        words.pop_back();
      }
      for (std::string& word : words) asked.insert(std::move(word));
    }
  }
  std::erase_if(list, [&](const SharedTerm& term) {
    const std::vector<std::string> words = term_words(term.key);
    const auto known = static_cast<std::size_t>(std::count_if(words.begin(), words.end(), [&](const std::string& word) {
      return asked.contains(word) ||
             std::any_of(beginnings.begin(), beginnings.end(),
                         [&](const std::string& beginning) { return word.starts_with(beginning); });
    }));
    const bool only_named =
        std::all_of(words.begin(), words.end(), [&](const std::string& word) { return named.contains(word); });
    return known * 2 >= words.size() || only_named ||
           (entries.size() >= 6 && term.papers.size() * 10 >= entries.size() * 7);
  });
}

bool says_the_same(const SharedTerm& a, const SharedTerm& b) {
  if (contains_words(a.key, b.key) || contains_words(b.key, a.key)) return true;
  const std::size_t both = shared(a.papers, b.papers);
  return both * 10 >= (a.papers.size() + b.papers.size() - both) * 7;
}

void sort_by_weight(std::vector<SharedTerm>& list) {
  std::sort(list.begin(), list.end(), [](const SharedTerm& a, const SharedTerm& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.key < b.key;
  });
}

Theme theme_of(const SharedTerm& candidate, const std::vector<const Entry*>& entries) {
  Theme theme{.term = candidate.written, .paper_ids = {}};
  for (const std::size_t i : candidate.papers) theme.paper_ids.push_back(entries[i]->paper.id.str());
  return theme;
}

// Lower-case words with single blanks between and around them.
std::string plain_words(const std::string& text) {
  std::string out = " ";
  for (const char c : text::to_lower_ascii(text)) {
    const bool part = is_ascii_alnum(c) || static_cast<unsigned char>(c) >= 0x80;
    if (part || out.back() != ' ') out += part ? c : ' ';
  }
  return out.back() == ' ' ? out : out + ' ';
}

// "EMNLP 2026 Findings", "CVPR'27": a name in capitals and a year.
bool names_venue(const std::string& comments) {
  std::size_t capitals = 0;
  for (std::size_t i = 0; i < comments.size(); ++i) {
    const char c = comments[i];
    if (c >= 'A' && c <= 'Z') {
      ++capitals;
      continue;
    }
    if (capitals >= 3) {
      std::size_t at = i;
      while (at < comments.size() && (comments[at] == ' ' || comments[at] == '\'' || comments[at] == '-')) ++at;
      std::size_t end = at;
      while (end < comments.size() && comments[end] >= '0' && comments[end] <= '9') ++end;
      const std::string year = comments.substr(at, end - at);
      if ((year.size() == 4 && year.starts_with("20")) || (year.size() == 2 && at > 0 && comments[at - 1] == '\''))
        return true;
    }
    if (!is_ascii_alnum(c)) capitals = 0;
  }
  return false;
}

bool is_accepted(const paper::Paper& paper) {
  if (!paper.journal_ref.empty()) return true;
  const std::string words = plain_words(paper.comments);
  const auto says = [&words](std::string_view what) { return words.find(what) != std::string::npos; };
  if (says(" accepted ") || says(" to appear ") || says(" published ") || says(" in press ") || says(" spotlight ") ||
      says(" best paper ") || says(" camera ready ") || says(" oral ")) {
    return !says(" not accepted ");
  }
  return names_venue(paper.comments) && !says(" submitted ") && !says(" under review ") && !says(" submission ");
}

// What speaks for reading a paper in full beyond its score.
double substance(const Entry& entry) {
  double points = is_accepted(entry.paper) ? 1 : 0;
  if (!entry.code_url.empty()) points += 1;
  points += std::min<double>(2, static_cast<double>(entry.also_topics.size()));
  return points;
}

// One cell of each row, by multiplication with odd numbers (Dietzfelbinger and others 1997).
std::array<std::size_t, sketch_rows> places_of(std::uint64_t term) {
  constexpr std::array<std::uint64_t, sketch_rows> multipliers{0x9e3779b97f4a7c15U, 0xbf58476d1ce4e5b9U,
                                                               0x94d049bb133111ebU, 0xd6e8feb86659fd93U};
  std::array<std::size_t, sketch_rows> places{};
  for (std::size_t row = 0; row < sketch_rows; ++row)
    places[row] = row * sketch_width + static_cast<std::size_t>((term * multipliers[row]) >> (64 - sketch_bits));
  return places;
}

std::uint16_t least_of(const std::vector<std::uint16_t>& cells, const std::array<std::size_t, sketch_rows>& places) {
  std::uint16_t least = cells[places[0]];
  for (const std::size_t place : places) least = std::min(least, cells[place]);
  return least;
}

bool better(const Entry* a, const Entry* b) {
  return a->score != b->score ? a->score > b->score : a->paper.id > b->paper.id;
}

}  // namespace

PaperTerms::PaperTerms(const paper::Paper& paper) {
  Terms in_title;
  add_terms(in_title, paper.title, longest_term);
  Terms all;
  add_terms(all, paper.abstract, longest_term);  // first: running text has the natural spelling
  all.insert(in_title.begin(), in_title.end());
  constexpr std::size_t longest = std::numeric_limits<std::uint16_t>::max();
  spans_.reserve(all.size());
  for (const auto& [key, written] : all) {
    if (std::max(key.size(), written.size()) > longest) continue;  // no term that anybody would read
    spans_.push_back({term_hash(key), static_cast<std::uint32_t>(text_.size()), static_cast<std::uint16_t>(key.size()),
                      static_cast<std::uint16_t>(written.size()), in_title.contains(key)});
    text_ += key;
    text_ += written;
  }
  std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) { return a.hash < b.hash; });
}

PaperTerms::Term PaperTerms::operator[](std::size_t i) const {
  const Span& span = spans_[i];
  const std::string_view text = std::string_view(text_).substr(span.at);
  return {span.hash, text.substr(0, span.key), text.substr(span.key, span.written), span.in_title};
}

void TermCounts::add(const paper::Paper& paper) {
  std::vector<std::uint64_t> terms;
  add_term_hashes(terms, paper.title, counted_term);
  add_term_hashes(terms, paper.abstract, counted_term);
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  if (cells_.empty()) cells_.resize(sketch_rows * sketch_width);
  for (const std::uint64_t term : terms) {
    const std::array<std::size_t, sketch_rows> places = places_of(term);
    const std::uint16_t least = least_of(cells_, places);
    if (least == std::numeric_limits<std::uint16_t>::max()) continue;
    for (const std::size_t place : places) cells_[place] = std::max<std::uint16_t>(cells_[place], least + 1);
  }
  ++papers_;
}

std::size_t TermCounts::count(const std::string& term) const {
  if (cells_.empty()) return 0;
  std::size_t most = least_of(cells_, places_of(term_hash(term)));
  Terms keys;
  add_terms(keys, term, counted_term);
  for (const auto& [key, written] : keys) {
    if (text::to_lower_ascii(written) != text::to_lower_ascii(term)) continue;
    most = std::max<std::size_t>(most, least_of(cells_, places_of(term_hash(key))));
  }
  return most;
}

Summary summarize(std::span<const Section> sections, const TermCounts& background) {
  std::vector<const Entry*> entries;
  std::vector<bool> shown_in_full;
  std::set<Day> days;
  for (const Section& section : sections) {
    for (const auto* list : {&section.entries, &section.overflow}) {
      for (const Entry& entry : *list) {
        entries.push_back(&entry);
        shown_in_full.push_back(list == &section.entries);
        if (entry.paper.announced) days.insert(*entry.paper.announced);
      }
    }
  }
  Summary summary;

  std::vector<SharedTerm> terms = candidates(entries, background);
  drop_fragments(terms);
  drop_the_obvious(terms, entries, sections);

  // Far above a usual day's number, in at least three papers and two titles.
  if (background.papers() >= enough_background) {
    const auto mailings = static_cast<double>(std::max<std::size_t>(days.size(), 1));
    std::vector<SharedTerm> rising;
    for (const SharedTerm& candidate : terms) {
      const double usual = static_cast<double>(background_count(background, candidate.key)) / mailings_in_background;
      const double now = static_cast<double>(candidate.papers.size()) / mailings;
      if (candidate.papers.size() >= 3 && candidate.in_titles >= 2 && now >= 3 * (usual + 0.3) &&
          std::any_of(candidate.papers.begin(), candidate.papers.end(),
                      [&](std::size_t i) { return shown_in_full[i]; })) {
        rising.push_back(candidate);
        rising.back().weight = now / (usual + 0.3);
      }
    }
    sort_by_weight(rising);
    std::vector<SharedTerm> chosen;
    for (const SharedTerm& candidate : rising) {
      if (chosen.size() == most_emerging) break;
      if (std::any_of(chosen.begin(), chosen.end(),
                      [&](const SharedTerm& other) { return says_the_same(candidate, other); }))
        continue;
      chosen.push_back(candidate);
    }
    for (const SharedTerm& candidate : chosen) summary.emerging.push_back(theme_of(candidate, entries));
  }

  // Themes: each the heaviest of what is left; papers that are under a theme already count for little.
  std::vector<SharedTerm> chosen;
  std::vector<double> worth;
  for (const bool in_full : shown_in_full) worth.push_back(in_full ? 1.0 : little_worth);
  const std::size_t least = std::max<std::size_t>(2, entries.size() / 12);
  while (chosen.size() < most_themes) {
    const SharedTerm* best = nullptr;
    double most = 0;
    for (const SharedTerm& candidate : terms) {
      if (candidate.papers.size() < least) continue;
      if (std::any_of(chosen.begin(), chosen.end(),
                      [&](const SharedTerm& other) { return says_the_same(candidate, other); }))
        continue;
      double covered = 0;
      for (const std::size_t i : candidate.papers) covered += worth[i];
      if (std::none_of(candidate.papers.begin(), candidate.papers.end(),
                       [&](std::size_t i) { return shown_in_full[i]; }))
        continue;
      const double weight = candidate.weight * covered / static_cast<double>(candidate.papers.size());
      if (weight > most) {
        most = weight;
        best = &candidate;
      }
    }
    if (best == nullptr) break;
    for (const std::size_t i : best->papers) worth[i] = little_worth;
    chosen.push_back(*best);
  }
  std::sort(chosen.begin(), chosen.end(), [](const SharedTerm& a, const SharedTerm& b) {
    return a.papers.size() != b.papers.size() ? a.papers.size() > b.papers.size() : a.key < b.key;
  });
  for (const SharedTerm& candidate : chosen) summary.themes.push_back(theme_of(candidate, entries));

  // Highlights: the best of each topic before the second best of any.
  std::vector<const Entry*> shown;
  for (std::size_t rank = 0; shown.size() < most_papers; ++rank) {
    std::vector<const Entry*> row;
    for (const Section& section : sections) {
      if (rank < section.entries.size() && !section.entries[rank].paper.withdrawn)
        row.push_back(&section.entries[rank]);
    }
    const bool any = std::any_of(sections.begin(), sections.end(),
                                 [&](const Section& section) { return rank < section.entries.size(); });
    if (!any) break;
    std::sort(row.begin(), row.end(), better);
    for (const Entry* entry : row) {
      if (shown.size() < most_papers) shown.push_back(entry);
    }
  }
  std::sort(shown.begin(), shown.end(), better);
  for (const Entry* entry : shown) summary.highlights.push_back(entry->paper.id.str());

  // Read in full: there must be a sign for it, and it must be among the better half.
  std::vector<const Entry*> ranked;
  for (const Section& section : sections) {
    for (const Entry& entry : section.entries) {
      if (!entry.paper.withdrawn) ranked.push_back(&entry);
    }
  }
  std::sort(ranked.begin(), ranked.end(), better);
  ranked.resize((ranked.size() + 1) / 2);
  std::erase_if(ranked, [](const Entry* entry) { return substance(*entry) == 0; });
  std::sort(ranked.begin(), ranked.end(), [](const Entry* a, const Entry* b) {
    const double left = substance(*a) + a->score;
    const double right = substance(*b) + b->score;
    return left != right ? left > right : better(a, b);
  });
  for (const Entry* entry : ranked) {
    if (summary.read_in_full.size() < most_papers) summary.read_in_full.push_back(entry->paper.id.str());
  }
  return summary;
}

}  // namespace paperboy::digest
