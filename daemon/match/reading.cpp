#include "daemon/match/reading.hpp"

#include <algorithm>

namespace paperboy::match {

void Reading::read(const paper::Paper& paper, const Words& title, const Words& abstract, const Atoms& atoms) {
  forget(atoms.size());
  paper_ = &paper;
  atoms_ = &atoms;
  find_texts(title, match::in_title, atoms);
  find_texts(abstract, match::in_abstract, atoms);
  find_authors(atoms);
  find_groups(atoms);
}

// By what was there: most papers have few of many atoms.
void Reading::forget(std::size_t atoms) {
  for (const Atom atom : present()) has_[atom / 64] = in_title_[atom / 64] = 0;
  present_count_ = 0;
  if (present_.size() > atoms) return;
  present_.resize(atoms + 1);  // note() writes one past the last
  has_.resize(atoms / 64 + 1);
  in_title_.resize(atoms / 64 + 1);
}

// In passes, so that what is fetched from memory for one word does not wait for the one before.
void Reading::find_texts(const Words& words, unsigned field, const Atoms& atoms) {
  const WordTable& surfaces = atoms.surfaces();
  tied_.clear();
  const std::size_t size = words.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (words.tied(i)) tied_.push_back(static_cast<std::uint32_t>(i));
  }
  tokens_.resize(size + tied_.size());
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    tokens_[i].word = hashed_padded(i < size ? words[i] : words.joined(tied_[i - size]));
    surfaces.prefetch(tokens_[i].word);
  }
  for (Token& each : tokens_) {
    each.record = surfaces.guess(each.word);
    surfaces.prefetch_record(each.record);
  }

  one_.assign(size + 2, {});
  two_.assign(size + 2, {});
  local_.clear();
  local_at_.clear();
  const auto take = [&](std::size_t i, std::span<const std::uint32_t> numbers) {
    const Atoms::Meaning meaning = Atoms::meaning(numbers);
    for (const Mark mark : meaning.marks) note(mark, field);
    (i < size ? one_[i] : two_[tied_[i - size]]) = {meaning.labels.data(),
                                                    static_cast<std::uint32_t>(meaning.labels.size())};
  };
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    Token& each = tokens_[i];
    if (each.record != WordTable::none && !surfaces.is(each.record, each.word)) {
      each.record = surfaces.find(each.word);
    }
    if (each.record != WordTable::none) {
      take(i, surfaces.numbers(each.record));
    } else {
      local_at_.insert(local_at_.end(), {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(local_.size())});
      atoms.look_up(each.word, local_);
      local_at_.push_back(static_cast<std::uint32_t>(local_.size()));
    }
  }
  for (std::size_t i = 0; i < local_at_.size(); i += 3) {
    take(local_at_[i], std::span(local_).subspan(local_at_[i + 1], local_at_[i + 2] - local_at_[i + 1]));
  }
  find_phrases(size, field, atoms);
}

void Reading::find_phrases(std::size_t words, unsigned field, const Atoms& atoms) {
  if (words < 2) return;
  // Most words have one label at most, and most pairs of them begin nothing: these are passed over without a branch.
  probes_.resize(words);
  std::size_t found = 0;
  const auto probe = [&](const Span& first, const Span& second, std::size_t end) {
    for (std::uint32_t i = 0; i < first.size; ++i) {
      for (std::uint32_t k = 0; k < second.size; ++k) {
        const Label a = first.data[i], b = second.data[k];
        const std::uint64_t hash = Atoms::pair_hash(a & ~Atoms::begins_phrase, b & ~Atoms::begins_phrase);
        if (found + 1 >= probes_.size()) probes_.resize(2 * probes_.size());
        probes_[found] = {a & ~Atoms::begins_phrase, b & ~Atoms::begins_phrase, hash, static_cast<std::uint32_t>(end)};
        found += a >> 31 & atoms.may_pair(hash);
      }
    }
  };
  const auto any_pair = [&](const Span& first, std::size_t end) {
    if (end >= words) return;
    probe(first, one_[end], end + 1);
    probe(first, two_[end], end + 2);
  };
  for (std::size_t i = 0; i + 1 < words; ++i) {
    if ((one_[i].size | one_[i + 1].size) <= 1 && (two_[i].size | two_[i + 1].size) == 0) {
      probe(one_[i], one_[i + 1], i + 2);
    } else {
      any_pair(one_[i], i + 1);
      any_pair(two_[i], i + 2);
    }
  }
  // In passes again.
  for (std::size_t i = 0; i < found; ++i) atoms.prefetch_pair(probes_[i].hash);
  steps_.clear();
  for (std::size_t i = 0; i < found; ++i) {
    steps_.push_back(atoms.pair(probes_[i].first, probes_[i].second, probes_[i].hash));
    __builtin_prefetch(steps_.back().data());
  }
  begun_.clear();
  for (std::size_t i = 0; i < found; ++i) {
    for (const Atoms::Step& step : steps_[i]) {
      if (step.rest == 0) {
        note(step.mark, field);
      } else {
        atoms.prefetch_phrase(step.rest);
        begun_.push_back({step.rest, probes_[i].end, step.mark});
      }
    }
  }
  // Where one word is missing, it is asked for here.
  std::erase_if(begun_, [&](const Begun& begun) {
    const Atoms::Phrase phrase = atoms.phrase(begun.rest);
    if (phrase.read + 1 != phrase.words.size()) return false;
    if (begun.at < words && bears(begun.at, phrase.words.back()) != 0) note(begun.mark, field);
    return true;
  });
  // All beginnings of a phrase are followed at once: in a text of hyphens each has many ways on, and most are shared.
  std::sort(begun_.begin(), begun_.end(), [](const Begun& a, const Begun& b) { return a.rest < b.rest; });
  for (std::size_t i = 0; i < begun_.size();) {
    std::size_t end = i + 1;
    while (end < begun_.size() && begun_[end].mark == begun_[i].mark) ++end;
    if (goes_on(std::span(begun_).subspan(i, end - i), words, atoms)) note(begun_[i].mark, field);
    i = end;
  }
}

// Where the text goes on behind a word, or two joined, that bears the label: sums of 1 and 2.
unsigned Reading::bears(std::size_t at, Label label) const {
  const auto among = [label](const Span& span) {
    return std::any_of(span.data, span.data + span.size,
                       [label](std::uint32_t each) { return (each & ~Atoms::begins_phrase) == label; });
  };
  return (among(one_[at]) ? 1u : 0u) + (among(two_[at]) ? 2u : 0u);
}

// Does the phrase go on to its end behind one of its beginnings?
bool Reading::goes_on(std::span<const Begun> begun, std::size_t words, const Atoms& atoms) {
  const Atoms::Phrase phrase = atoms.phrase(begun.front().rest);
  const std::size_t size = phrase.words.size();
  // reached_[i % 3]: where the text goes on after words up to i. A step reads one word of the phrase, or two joined.
  for (auto& positions : reached_) positions.clear();
  const auto follow = [&](Label label, std::uint32_t at, std::vector<std::uint32_t>& ends) {
    if (label == no_label) return;
    const unsigned steps = bears(at, label);
    if ((steps & 1) != 0) ends.push_back(at + 1);
    if ((steps & 2) != 0) ends.push_back(at + 2);
  };
  for (std::size_t i = phrase.read; i < size; ++i) {
    for (; !begun.empty() && atoms.phrase(begun.front().rest).read == i; begun = begun.subspan(1)) {
      reached_[i % 3].push_back(begun.front().at);
    }
    std::vector<std::uint32_t>& here = reached_[i % 3];
    std::sort(here.begin(), here.end());
    here.erase(std::unique(here.begin(), here.end()), here.end());
    for (const std::uint32_t at : here) {
      if (at >= words) continue;
      follow(phrase.words[i], at, reached_[(i + 1) % 3]);
      follow(phrase.joined[i], at, reached_[(i + 2) % 3]);
    }
    here.clear();
  }
  return !reached_[size % 3].empty();
}

void Reading::find_authors(const Atoms& atoms) {
  authors_.clear();
  for (std::size_t i = 0; i < paper_->authors.size(); ++i) {
    atoms.each_author(paper_->authors[i], [&](Atom atom) {
      if (has(atom)) return;
      note(atom);
      authors_.push_back({atom, static_cast<std::uint32_t>(i)});
    });
  }
}

void Reading::find_groups(const Atoms& atoms) {
  Atoms::Groups scratch;
  for (std::size_t i = 0; i < paper_->categories.size(); ++i) {
    const Atoms::Groups& groups = atoms.groups_with(paper_->categories[i], scratch);
    for (const Atom atom : groups.any) note(atom);
    if (i > 0) continue;
    for (const Atom atom : groups.primary) note(atom);
  }
}

std::size_t Reading::author_at(Atom atom) const {
  const auto found =
      std::find_if(authors_.begin(), authors_.end(), [atom](const AuthorAt& a) { return a.atom == atom; });
  return found == authors_.end() ? nowhere : found->at;
}

std::size_t Reading::group_at(Atom atom) const {
  if (!has(atom)) return nowhere;
  Atoms::Groups scratch;
  for (std::size_t i = 0; i < paper_->categories.size(); ++i) {
    const Atoms::Groups& groups = atoms_->groups_with(paper_->categories[i], scratch);
    if (std::binary_search(groups.any.begin(), groups.any.end(), atom)) return i;
    if (i == 0 && std::binary_search(groups.primary.begin(), groups.primary.end(), atom)) return i;
  }
  return nowhere;
}

}  // namespace paperboy::match
