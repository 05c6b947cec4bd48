#include "helpers/guest/xml.h"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

namespace dualpath::guest {

using boost::property_tree::ptree;

ptree& AddElement(ptree& parent, const std::string& name,
                  const std::vector<std::pair<std::string, std::string>>& attributes,
                  const std::string& text) {
  ptree& element = parent.add_child(name, ptree(text));
  for (const auto& [key, value] : attributes) element.put("<xmlattr>." + key, value);
  return element;
}

std::string ToXml(const ptree& tree) {
  std::ostringstream out;
  boost::property_tree::write_xml(
      out, tree, boost::property_tree::xml_writer_make_settings<std::string>(' ', 2));
  return out.str();
}

}  // namespace dualpath::guest
