#include "daemon/digest/render.hpp"
