#include "daemon/match/stem.hpp"

#include <libstemmer.h>

#include <memory>
#include <new>

#include "daemon/match/frequencies.hpp"

namespace paperboy::match {
namespace {

constexpr std::size_t longest_word = 64;  // bytes; nothing longer is English
constexpr std::size_t remembered_words =
    50'000;  // some 5 MB a thread; the vocabulary of a month of papers is about that

struct Delete {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

// A stemmer keeps its answer in itself, so every thread has its own.
class Stemmer {
 public:
  Stemmer() : snowball_(sb_stemmer_new("english", nullptr)) {
    if (!snowball_) throw std::bad_alloc();
  }

  const std::string& operator()(std::string_view word) {
    if (const auto known = stems_.find(word); known != stems_.end()) return known->second;
    std::string key(word);
    const auto* bytes = reinterpret_cast<const sb_symbol*>(key.data());
    const sb_symbol* stemmed = sb_stemmer_stem(snowball_.get(), bytes, static_cast<int>(key.size()));
    if (stemmed == nullptr) throw std::bad_alloc();
    std::string result(reinterpret_cast<const char*>(stemmed),
                       static_cast<std::size_t>(sb_stemmer_length(snowball_.get())));
    if (stems_.size() >= remembered_words) stems_.clear();
    return stems_.emplace(std::move(key), std::move(result)).first->second;
  }

 private:
  std::unique_ptr<sb_stemmer, Delete> snowball_;
  WordMap<std::string> stems_;
};

}  // namespace

std::string stem(std::string_view folded_word) {
  if (folded_word.size() > longest_word) return std::string(folded_word);
  thread_local Stemmer stemmer;
  return stemmer(folded_word);
}

}  // namespace paperboy::match
