#pragma once
// arXiv's category taxonomy (arxiv.org/category_taxonomy; 155 active categories, aliases and discontinued archives).
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paperboy::paper {

struct Category {
  std::string_view id;    // "cs.CV", "hep-th"
  std::string_view name;  // "Computer Vision and Pattern Recognition"
};

// All active canonical categories, sorted by id.
std::span<const Category> categories();

// The canonical spelling: case mended (CS.cv -> cs.CV), aliases followed (cs.NA -> math.NA, math.MP -> math-ph),
// discontinued archives mapped (alg-geom -> math.AG); bare inactive archives (astro-ph, cond-mat, q-bio) stay. Nothing
// for other text (MSC and ACM classes, typos).
std::optional<std::string> canonical_category(std::string_view text);

// Categories of a record in order, canonical, each once; what is no category goes to `classes`.
std::vector<std::string> canonical_categories(std::span<const std::string> names,
                                              std::vector<std::string>* classes = nullptr);

// "Computer Vision and Pattern Recognition"; the id itself if unknown.
std::string category_name(std::string_view id);
// "cs", "astro-ph", "hep-th".
std::string_view archive_of(std::string_view category);
// Does `category` belong to `group`? A group is a category ("cs.CV"), an archive ("cs", "cs.*", "astro-ph*"), or "*".
// Both sides may be in any spelling canonical_category accepts.
bool in_group(std::string_view category, std::string_view group);
// Does the text name a category, an archive or a group known to the taxonomy?
bool known_group(std::string_view group);

}  // namespace paperboy::paper
