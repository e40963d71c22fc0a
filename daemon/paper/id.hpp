#pragma once
// The identity of a paper: one per paper across versions, cross-lists, categories, days and sources.
#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace paperboy::paper {

// A canonical id. Three kinds share one text form, which is also the primary key of the store:
//   2512.07197, hep-th/9901001   an arXiv id without version (info.arxiv.org/help/arxiv_identifier: both styles; the
//   subject
//                                class of an old id is dropped, math.CA/0611800 -> math/0611800)
//   doi:10.1101/2026.11.01.1     a DOI, lower case, of a paper that has no arXiv id
//   feed:5f1c9a...               a hash of what a feed used to tell its items apart
class PaperId {
 public:
  PaperId() = default;

  // A canonical or a versionless arXiv id exactly as defined (no prefix, no URL, no blank); nothing if it is none.
  static std::optional<PaperId> arxiv(std::string_view id);
  // A DOI in any usual spelling (bare, doi:, https://doi.org/...); 10.48550/arXiv.X becomes the arXiv id X.
  static std::optional<PaperId> doi(std::string_view text);
  // For feed items with neither; `unique` is the item's guid, else link, else title + link; `feed` the feed's address.
  static PaperId feed_item(std::string_view feed, std::string_view unique);
  // Reads back str(). Nothing if it is not canonical.
  static std::optional<PaperId> from_canonical(std::string_view text);

  const std::string& str() const { return text_; }
  bool is_arxiv() const;
  bool empty() const { return text_.empty(); }

  friend auto operator<=>(const PaperId&, const PaperId&) = default;

 private:
  explicit PaperId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct VersionedId {
  PaperId id;
  int version = 0;  // 0: none was named
  friend bool operator==(const VersionedId&, const VersionedId&) = default;
};

// What a person or a feed may write for a paper: 2512.07197, arXiv:2512.07197v2, oai:arXiv.org:hep-th/9901001,
// abs/pdf/html URLs of arxiv.org, 10.48550/arXiv.X and its doi.org URL, any other DOI. Case of prefixes and white space
// around do not matter, punctuation that ends a sentence is let go. Nothing if it is none of these.
std::optional<VersionedId> parse_reference(std::string_view text);

// https://arxiv.org/abs/..., /pdf/..., /html/...; a DOI's landing page; empty for feed items and, with `html`, where
// arXiv has none (papers before 2023-12 have no HTML). `version` 0 links to the newest.
std::string abs_url(const PaperId& id, int version = 0);
std::string pdf_url(const PaperId& id, int version = 0);
std::string html_url(const PaperId& id, int version = 0);

}  // namespace paperboy::paper

template <>
struct std::hash<paperboy::paper::PaperId> {
  std::size_t operator()(const paperboy::paper::PaperId& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
