// Messages for Matrix: whatever a text says, every part is one that a homeserver takes and a client shows, and nothing
// is lost.
#include <cstdint>

#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "integrations/matrix/compose.hpp"
#include "tests/fuzz/must.hpp"
#include "tests/support/fake_matrix.hpp"

using namespace paperboy;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flow::Composition composition;
  composition.title = "Title";
  composition.delivery_seed = "seed";
  composition.brief = digest::parse_markdown(std::string_view(reinterpret_cast<const char*>(data), size));
  digest::Node shown = digest::without_actions(composition.brief).root;
  std::erase_if(shown.children, [](const digest::Node& block) {
    return block.kind != digest::Node::Kind::rule && text::collapse_space(digest::plain_text(block)).empty();
  });
  const bool titled = !shown.children.empty() && shown.children.front().kind == digest::Node::Kind::heading;
  const std::string wanted = without_space((titled ? "" : "Title") + digest::plain_text(shown));
  integrations::matrix::Form form;
  for (const std::size_t most : {std::size_t{40'000}, std::size_t{4'000}}) {
    form.most_bytes = most;
    const auto parts = integrations::matrix::compose(composition, form);
    std::string all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      std::string text;
      const auto fault = test::FakeMatrix::fault_of(parts[i].payload, &text);
      must(!fault, fault.value_or("") + "\n" + parts[i].payload);
      text = without_space(text);
      const std::string tag = std::to_string(i + 1) + "/" + std::to_string(parts.size());
      if (i > 0) must(text.starts_with(tag), "no number: " + text.substr(0, 80));
      all += i > 0 ? text.substr(tag.size()) : text;
    }
    must(all == wanted, "lost:\n" + wanted + "\n---\n" + all);
  }
  return 0;
}
