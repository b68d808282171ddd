// Element Plus and its tokens belong to the desk pages; hall and kiosk pages stay free of them and load faster.
import 'element-plus/dist/index.css'
import './element.css'
